// Gives pictures to a network: chosen, dropped, pasted or taken.
import {csvCell, download, element, fetchJson, percent, say} from './page.js';
import {canvases} from './tiles.js';

const {run, checkpoint} = document.getElementById('try').dataset;
const address = `/try/${run}`;
const place = name => document.getElementById(name);
const MOST = 64; // pictures at a time

let last; // the picture whose answer is shown
let asked = 0;

const views = () => document.querySelector('input[name=views]:checked').value;

function send(file, work) {
  return fetchJson(`${address}/${work}?${new URLSearchParams({checkpoint, views: views()})}`,
      {method: 'POST', body: file, headers: {'Content-Type': 'application/octet-stream'}});
}

async function receive(files) {
  const pictures = [...files].slice(0, MOST);
  if (pictures.length > 1) {
    await list(pictures, files.length - pictures.length);
  } else if (pictures.length === 1) {
    await show(pictures[0]);
  }
}

async function show(file) {
  const turn = ++asked;
  say(place('said'), 'Looking …');
  try {
    const answer = await send(file, 'classify');
    if (turn !== asked) {
      return; // another picture was given meanwhile
    }
    last = file;
    place('table').hidden = true;
    place('answer').hidden = false;
    place('near').hidden = false;
    place('nearest').replaceChildren();
    picture('seen', canvases(answer.seen, () => file.name)[0]);
    place('heat').querySelector('canvas, .scale')?.remove();
    place('heat').querySelector('.scale')?.remove();
    place('bars').replaceChildren(bars(answer));
    say(place('said'), `${answer.top[0].label}, ${percent(answer.top[0].probability)}; `
        + `${answer.milliseconds.toFixed(0)} ms${answer.unsure ? '. It may show none of the classes.' : ''}`);
  } catch (failure) {
    say(place('said'), failure.message, true);
  }
}

function picture(name, canvas) {
  place(name).querySelector('canvas')?.remove();
  place(name).append(canvas);
}

function bars({top}) {
  const rows = top.map(({label, probability}) => element('tr', {}, element('th', {scope: 'row'}, label),
      element('td', {}, element('meter', {max: 1, value: probability, 'aria-hidden': 'true'})),
      element('td', {class: 'n'}, percent(probability))));
  return element('table', {class: 'bars'}, element('caption', {}, 'Most probable classes'),
      element('thead', {class: 'unseen'}, element('tr', {}, element('th', {scope: 'col'}, 'class'),
          element('th', {scope: 'col'}, 'bar'), element('th', {scope: 'col'}, 'probability'))),
      element('tbody', {}, ...rows));
}

async function list(files, leftOut) {
  const turn = ++asked;
  const lines = [['file', 'class', 'probability', 'second class', 'probability']];
  const body = element('tbody');
  const save = element('button', {type: 'button', disabled: true, onclick: () => download('classes.csv', 'text/csv',
      lines.map(line => line.map(csvCell).join(',')).join('\n') + '\n')}, 'Save as CSV');
  place('answer').hidden = true;
  place('near').hidden = true;
  place('table').hidden = false;
  place('table').replaceChildren(element('div', {class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Classes'},
      element('table', {}, element('caption', {}, `${files.length} pictures`), element('thead', {}, element('tr', {},
          ...lines[0].map(name => element('th', {scope: 'col'}, name)))), body)), element('p', {}, save));
  for (const [index, file] of files.entries()) {
    say(place('said'), `Looking at ${index + 1} of ${files.length} …`);
    let cells;
    try {
      const {top} = await send(file, 'classify');
      const second = top[1] ?? {label: '', probability: ''};
      lines.push([file.name, top[0].label, top[0].probability, second.label, second.probability]);
      cells = [top[0].label, percent(top[0].probability), second.label,
        second.label && percent(second.probability)];
    } catch (failure) {
      lines.push([file.name, failure.message, '', '', '']);
      cells = [failure.message, '', '', ''];
    }
    if (turn !== asked) {
      return;
    }
    body.append(element('tr', {}, element('th', {scope: 'row'}, file.name),
        ...cells.map(text => element('td', {}, text))));
  }
  save.disabled = false;
  say(place('said'), `${files.length} pictures looked at.${
    leftOut > 0 ? ` ${leftOut} were left out: at most ${MOST} are taken at a time.` : ''}`);
}

place('files').addEventListener('change', event => receive(event.target.files));
document.addEventListener('paste', event => receive(event.clipboardData.files));
document.addEventListener('dragover', event => {
  event.preventDefault();
  place('drop').classList.add('over');
});
document.addEventListener('dragleave', () => place('drop').classList.remove('over'));
document.addEventListener('drop', event => {
  event.preventDefault();
  place('drop').classList.remove('over');
  receive(event.dataTransfer.files);
});

for (const choice of document.querySelectorAll('input[name=views]')) {
  choice.addEventListener('change', () => {
    for (const number of document.querySelectorAll('.same .views')) {
      number.textContent = views();
    }
    if (last && !place('answer').hidden) {
      show(last);
    }
  });
}

place('occlude').addEventListener('click', async () => {
  const turn = asked;
  place('occlude').disabled = true;
  say(place('said'), 'Covering the picture place by place …');
  try {
    const {label, whole, least, most, picture: heat} = await send(last, 'occlusion');
    if (turn === asked) {
      picture('heat', canvases(heat, () => `occlusion map for ${label}`)[0]);
      place('heat').querySelector('.scale')?.remove();
      place('heat').append(element('p', {class: 'scale'}, `${label}: ${percent(whole)} with nothing covered. Red: ${
        percent(least)} where that is covered; blue: ${percent(most)}.`));
      say(place('said'), 'The map is there.');
    }
  } catch (failure) {
    say(place('said'), failure.message, true);
  } finally {
    place('occlude').disabled = false;
  }
});

place('find').addEventListener('click', async () => {
  const turn = asked;
  place('find').disabled = true;
  try {
    let answer = await send(last, 'near');
    while (answer.state === 'computing') {
      say(place('near-said'), answer.total ? `Computing features: ${answer.done.toLocaleString('en')} of ${
        answer.total.toLocaleString('en')} …` : 'Opening the training pictures …');
      await new Promise(next => setTimeout(next, 500));
      answer = await send(last, 'near');
    }
    if (turn === asked) {
      say(place('near-said'), 'Nearest first, by the features of the last hidden layer.');
      const drawn = canvases(answer.pictures, index => answer.near[index].file);
      place('nearest').replaceChildren(...answer.near.map(({distance, file, label}, index) => element('li', {}, drawn[index],
          element('p', {}, element('strong', {}, label), ` distance ${distance.toPrecision(3)}`),
          element('p', {class: 'file'}, file))));
    }
  } catch (failure) {
    say(place('near-said'), failure.message, true);
  } finally {
    place('find').disabled = false;
  }
});

// --- camera ---

let stream;

place('camera').addEventListener('click', async () => {
  try {
    if (!navigator.mediaDevices) {
      throw new Error('A browser gives a camera to pages of this machine or of https only; open the page as localhost.');
    }
    stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: 'environment'}});
    place('viewfinder').hidden = false;
    place('video').srcObject = stream;
    await place('video').play();
    place('shoot').focus();
  } catch (failure) {
    say(place('said'), `There is no camera: ${failure.message}`, true);
  }
});

function closeCamera() {
  stream?.getTracks().forEach(track => track.stop());
  stream = undefined;
  place('viewfinder').hidden = true;
  place('camera').focus();
}

place('stop').addEventListener('click', closeCamera);
place('viewfinder').addEventListener('keydown', event => {
  if (event.key === 'Escape') {
    closeCamera();
  }
});
place('shoot').addEventListener('click', () => {
  const video = place('video');
  const canvas = element('canvas', {width: video.videoWidth, height: video.videoHeight});
  canvas.getContext('2d').drawImage(video, 0, 0);
  canvas.toBlob(blob => show(new File([blob], 'camera.png', {type: 'image/png'})), 'image/png');
});

for (const button of document.querySelectorAll('.copy')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector('code').textContent);
    say(place('said'), 'Copied.');
  });
}
