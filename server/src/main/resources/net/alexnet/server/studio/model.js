// The page about what a network learned: its kernels, a picture's way through it, and its mistakes.
import {counted, csvCell, download, element, fetchJson, percent, say} from './page.js';
import {canvases} from './tiles.js';

const model = document.getElementById('model');
const address = `/models/${model.dataset.run}`;
const place = name => document.getElementById(name);
const query = more => new URLSearchParams({checkpoint: model.dataset.checkpoint, ...more});
const post = body => ({method: 'POST', body, headers: {'Content-Type': 'application/octet-stream'}});

// --- kernels ---

let kernels;
let kernelTurn = 0;

async function loadKernels(checkpoint) {
  const mine = ++kernelTurn;
  try {
    const loaded = await fetchJson(`${address}/kernels?${query({checkpoint})}`);
    if (mine !== kernelTurn) {
      return; // another checkpoint was chosen meanwhile
    }
    kernels = loaded;
    kernels.canvases = canvases(kernels.tiles, index => describe(kernels.kernels[index]));
    kernels.canvases.forEach((canvas, index) => {
      canvas.tabIndex = 0;
      for (const event of ['pointerenter', 'focus']) {
        canvas.addEventListener(event, () => { place('kernel').textContent = describe(kernels.kernels[index]); });
      }
    });
    drawKernels();
  } catch (failure) {
    say(place('kernel'), failure.message, true);
  }
}

function describe({index, norm, share}) {
  return `kernel ${index}: norm ${norm.toFixed(3)}, color share ${share.toFixed(2)}`;
}

function drawKernels() {
  const order = place('order').value;
  const size = Math.max(3, Math.round(44 / kernels.tiles.side)) * kernels.tiles.side;
  place('kernels').replaceChildren(...Array.from({length: kernels.towers}, (_, tower) => {
    const own = kernels.kernels.filter(one => one.tower === tower)
        .toSorted((a, b) => order === 'index' ? a.index - b.index : b[order] - a[order]);
    const row = element('div', {class: 'tiles-row'}, ...own.map(one => kernels.canvases[one.index]));
    row.style.setProperty('--side', `${size}px`);
    return element('div', {}, element('h3', {}, kernels.towers > 1 ? `Tower ${tower + 1}` : `${own.length} kernels`),
        row);
  }), element('p', {}, kernels.comparison));
}

place('order').addEventListener('change', drawKernels);
const checkpoints = model.dataset.checkpoints.split(' ');
const epoch = place('epoch');
epoch.max = checkpoints.length - 1;
epoch.value = checkpoints.indexOf(model.dataset.checkpoint);
place('when').hidden = checkpoints.length < 2;
place('epoch-name').textContent = checkpoints[epoch.value];
epoch.addEventListener('input', () => {
  place('epoch-name').textContent = checkpoints[epoch.value];
});
epoch.addEventListener('change', () => loadKernels(checkpoints[epoch.value]));
loadKernels(model.dataset.checkpoint);

// --- a picture's way ---

let turn = 0;

async function showLayers(what) {
  const mine = ++turn;
  say(place('way-said'), 'Computing …');
  try {
    const {seen, layers} = await what();
    if (mine !== turn) {
      return;
    }
    say(place('way-said'), layers.length ? '' : 'Layers without trained weights show nothing.');
    const rows = layers.map(layer => {
      const drawn = canvases(layer.tiles, index => `${layer.name}, map ${layer.numbers[index]}`);
      const row = element('div', {class: 'tiles-row scroll', tabindex: 0, role: 'group', 'aria-label': layer.name},
          ...layer.convolution ? units(layer, drawn) : drawn);
      row.style.setProperty('--side', layer.tiles.count > 1 ? '56px' : `${Math.min(256, 4 * layer.tiles.side)}px`);
      return element('div', {class: 'layer'}, element('h3', {}, layer.name), element('p', {class: 'quiet'},
          `${layer.shape}${layer.parameters ? `, ${layer.parameters.toLocaleString('en')} parameters` : ''}; ${
            percent(layer.active)} of the values above 0, the greatest ${layer.most.toPrecision(3)}${
            layer.tiles.count > 1 ? `; the ${layer.tiles.count} strongest maps` : '; one square a unit'}`), row);
    });
    const picture = canvases(seen, () => 'the picture as the network sees it');
    place('maps').replaceChildren(element('div', {class: 'layer'}, element('h3', {}, 'input'), ...picture), ...rows);
    if (layers.some(layer => layer.convolution) && !place('unit-said').textContent) {
      say(place('unit-said'), 'A click on a map of a convolution shows the pictures that excite it most.');
    }
  } catch (failure) {
    if (mine === turn) {
      say(place('way-said'), failure.message, true);
    }
  }
}

/** Makes a button of each map; arrows move within a layer, so that it is one stop of the Tab key. */
function units(layer, drawn) {
  const buttons = drawn.map((canvas, index) => element('button', {type: 'button', class: 'picture',
    tabindex: index === 0 ? 0 : -1, onclick: () => showUnit(layer.name, layer.numbers[index]),
    onkeydown: event => {
      const next = buttons[index + ({ArrowLeft: -1, ArrowRight: 1}[event.key] ?? NaN)];
      if (next) {
        event.preventDefault();
        event.target.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      }
    }}, canvas));
  return buttons;
}

let unitTurn = 0;

/** The validation pictures that excite a unit of a convolution most. */
async function showUnit(layer, unit) {
  const mine = ++unitTurn;
  if (evaluation?.state !== 'done') {
    say(place('unit-said'), 'Evaluate on the validation pictures first, below under Mistakes.');
    return;
  }
  try {
    const pictures = await fetchJson(`${address}/units/${layer}/${unit}?${query()}`);
    if (mine !== unitTurn) {
      return;
    }
    say(place('unit-said'), pictures.length ? `The validation pictures that excite map ${unit} of ${layer} most.`
      : `No validation picture excites map ${unit} of ${layer}.`);
    place('unit').replaceChildren(...pictures.map(({index, name, truth, value}) => element('li', {},
        thumbnail(index, name), element('p', {}, element('strong', {}, truth), ` greatest value ${value.toPrecision(3)}`),
        element('p', {class: 'file'}, name))));
    place('unit').scrollIntoView({block: 'nearest'});
  } catch (failure) {
    if (mine === unitTurn) {
      say(place('unit-said'), failure.message, true);
    }
  }
}

place('own').addEventListener('change', event => {
  const [file] = event.target.files;
  if (file) {
    showLayers(() => fetchJson(`${address}/layers?${query()}`, post(file)));
  }
});
const layersOf = index => showLayers(() => fetchJson(`${address}/pictures/${index}/layers?${query()}`));
place('random').addEventListener('click', () => {
  if (evaluation?.state === 'done') {
    layersOf(Math.floor(Math.random() * evaluation.pictures));
  } else {
    say(place('way-said'), 'Evaluate on the validation pictures first, below under Mistakes.');
  }
});

// --- mistakes ---

let evaluation;
const MARKS = `alexnet-wrong-labels ${model.dataset.run}`; // kept by the browser as long as its tab is open
// the name of a picture to its label and what the network says
const wrongLabels = new Map(JSON.parse(sessionStorage.getItem(MARKS) ?? '[]'));

function showMarks() {
  place('relabel').disabled = wrongLabels.size === 0;
  place('relabel').textContent = `Save the list of wrong labels (${wrongLabels.size})`;
}

async function follow(first) {
  try {
    evaluation = await first;
    while (evaluation.state === 'running') {
      const {done, total} = evaluation;
      place('evaluate').disabled = true;
      place('evaluating').hidden = false;
      if (total > 0) {
        place('evaluating').max = total;
        place('evaluating').value = done;
      }
      place('evaluation-said').textContent = total > 0
        ? `${done.toLocaleString('en')} of ${total.toLocaleString('en')}` : 'reading …';
      await new Promise(next => setTimeout(next, 500));
      evaluation = await fetchJson(`${address}/evaluation?${query()}`);
    }
    place('evaluating').hidden = true;
    place('evaluate').disabled = false;
    if (evaluation.state === 'failed') {
      say(place('evaluation-said'), evaluation.reason, true);
    } else if (evaluation.state === 'done') {
      showEvaluation();
    }
  } catch (failure) {
    place('evaluating').hidden = true;
    place('evaluate').disabled = false;
    say(place('evaluation-said'), failure.message, true);
  }
}

function showEvaluation() {
  const {pictures, wrong, classes, html, matrix} = evaluation;
  place('evaluate').hidden = true;
  say(place('evaluation-said'), `${wrong.toLocaleString('en')} of ${counted(pictures, 'picture')} ${
    wrong === 1 ? 'is' : 'are'} taken for another class.`);
  place('classes').replaceChildren(...classes.map(name => element('option', {value: name})));
  const tables = new DOMParser().parseFromString(html, 'text/html'); // of the server, texts in it escaped
  place('tables').replaceChildren(...tables.body.childNodes);
  if (matrix) {
    openCells(classes);
  } else {
    searchPairs();
  }
  place('evaluated').hidden = false;
  showPictures();
}

/** Makes a button of each cell of the matrix that has pictures. */
function openCells(classes) {
  place('mistakes-title').textContent = 'Confusion matrix'; // "Mistakes" is the heading above
  const rows = place('tables').querySelectorAll('table.matrix tbody tr');
  rows.forEach((row, truth) => [...row.cells].slice(1).forEach((cell, taken) => {
    if (cell.textContent !== '0') {
      const count = cell.textContent;
      cell.replaceChildren(element('button', {type: 'button', class: 'cell', tabindex: truth + taken === 0 ? 0 : -1,
        'aria-label': `${classes[truth]} taken for ${classes[taken]}: ${counted(Number(count), 'picture')}`,
        onclick: () => choose(classes[truth], classes[taken])}, count));
    }
  }));
  const table = place('tables').querySelector('table.matrix');
  const first = table.querySelector('button');
  if (first) {
    first.tabIndex = 0;
  }
  table.addEventListener('keydown', event => { // arrows move within the matrix, so that it is one stop of the Tab key
    const [across, down] = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]}[event.key]
      ?? [0, 0];
    const cell = event.target.closest('td');
    if (!cell || across === 0 && down === 0) {
      return;
    }
    event.preventDefault();
    let column = cell.cellIndex + across;
    let row = cell.parentElement.sectionRowIndex + down;
    let next = table.tBodies[0].rows[row]?.cells[column];
    while (next?.matches('td') && !next.querySelector('button')) {
      column += across;
      row += down;
      next = table.tBodies[0].rows[row]?.cells[column];
    }
    const button = next?.querySelector('button');
    if (button) {
      event.target.tabIndex = -1;
      button.tabIndex = 0;
      button.focus();
    }
  });
}

/** With many classes, a table of pairs that can be searched. */
function searchPairs() {
  const body = element('tbody');
  const search = element('input', {type: 'search', autocomplete: 'off'});
  const table = element('table', {}, element('caption', {}, 'The most frequent mistakes'),
      element('thead', {}, element('tr', {}, ...['true class', 'taken for', 'pictures', 'share', '']
          .map(name => element('th', {scope: 'col'}, name)))), body);
  place('mistakes').replaceChildren(element('h2', {id: 'mistakes-title'}, 'Pairs'), element('p', {class: 'bar'},
      element('label', {}, 'Search a class ', search)), element('div', {class: 'scroll', tabindex: 0, role: 'group',
        'aria-label': 'The most frequent mistakes'}, table));
  const fill = async () => {
    const pairs = await fetchJson(`${address}/pairs?${query({q: search.value})}`);
    body.replaceChildren(...pairs.map(({truth, taken, count, share}) => element('tr', {},
        element('th', {scope: 'row'}, truth), element('td', {}, taken), element('td', {class: 'n'}, count),
        element('td', {class: 'n'}, percent(share)), element('td', {}, element('button', {type: 'button',
          'aria-label': `show ${truth} taken for ${taken}`, onclick: () => choose(truth, taken)}, 'Show')))));
  };
  search.addEventListener('input', fill);
  fill();
}

function choose(truth, taken) {
  place('truth').value = truth;
  place('taken').value = taken;
  showPictures();
  place('found').scrollIntoView({block: 'center'});
}

let listed = 0;

async function showPictures(from = 0) {
  const mine = ++listed;
  const wanted = {sort: place('sort').value, truth: place('truth').value, taken: place('taken').value, from};
  try {
    const {found, pictures} = await fetchJson(`${address}/mistakes?${query(wanted)}`);
    if (mine !== listed) {
      return;
    }
    const cards = pictures.map(card);
    from === 0 ? place('cards').replaceChildren(...cards) : place('cards').append(...cards);
    say(place('found'), `${counted(found, 'picture')}.`);
    place('more').hidden = from + pictures.length >= found;
    place('more').dataset.from = from + pictures.length;
  } catch (failure) {
    say(place('found'), failure.message, true);
  }
}

function thumbnail(index, name) {
  return element('button', {type: 'button', class: 'picture', 'aria-label': `${name}: its way through the layers`,
    onclick: () => { layersOf(index); place('way').scrollIntoView(); }},
  element('img', {src: `${address}/pictures/${index}?${query()}`, alt: '', loading: 'lazy', width: 128, height: 128}));
}

function card({index, name, truth, top, loss, margin}) {
  const box = element('input', {type: 'checkbox', onchange: () => {
    box.checked ? wrongLabels.set(name, [truth, top[0].label, top[0].probability]) : wrongLabels.delete(name);
    sessionStorage.setItem(MARKS, JSON.stringify([...wrongLabels]));
    showMarks();
  }});
  box.checked = wrongLabels.has(name);
  return element('li', {}, thumbnail(index, name),
  element('p', {}, element('strong', {}, truth), ` loss ${loss.toFixed(2)}, margin ${percent(margin)}`),
  element('ul', {class: 'five'}, ...top.map(({label, probability}) => element('li', {},
      element('meter', {max: 1, value: probability, 'aria-hidden': 'true'}), ` ${percent(probability)} ${label}`))),
  element('p', {class: 'file'}, name), element('label', {}, box, ' wrong label'));
}

for (const name of ['sort', 'truth', 'taken']) {
  place(name).addEventListener('change', () => showPictures());
}
place('more').addEventListener('click', () => showPictures(Number(place('more').dataset.from)));
place('relabel').addEventListener('click', () => {
  const lines = [['file', 'class', 'network', 'probability'],
    ...[...wrongLabels].map(([name, rest]) => [name, ...rest])];
  download('relabel.csv', 'text/csv', lines.map(line => line.map(csvCell).join(',')).join('\n') + '\n');
});
showMarks();
place('evaluate').addEventListener('click', () => follow(fetchJson(`${address}/evaluation?${query()}`, post(''))));
follow(fetchJson(`${address}/evaluation?${query()}`));
