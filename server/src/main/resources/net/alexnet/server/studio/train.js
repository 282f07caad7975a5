// Starts and stops trainings.
import {counted, element, fetchJson, say} from './page.js';

const place = name => document.getElementById(name);
const EVERY = 1000; // milliseconds
const json = body => ({method: 'POST', body: JSON.stringify(body), headers: {'Content-Type': 'application/json'}});

let looked = 0;

place('folder')?.addEventListener('change', () => {
  looked++; // what is being read is of another folder
  say(place('said'), '');
  place('contents').replaceChildren();
  place('look').disabled = false;
});

place('look')?.addEventListener('click', async () => {
  const mine = ++looked;
  const folder = place('folder').selectedOptions[0].textContent;
  place('look').disabled = true;
  say(place('said'), 'Reading all pictures …');
  try {
    const {counts, broken, brokenCount, duplicates, duplicateCount, warnings, problem} =
        await fetchJson(`/train/folders/${place('folder').value}`);
    if (mine !== looked) {
      return;
    }
    const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const classes = Object.keys(counts).length;
    say(place('said'), `${folder}: ${problem || `${counted(all, 'picture')} of ${classes} ${
      classes === 1 ? 'class' : 'classes'}, ${brokenCount} of them broken, ${counted(duplicateCount, 'duplicate')}.`}`,
    Boolean(problem));
    place('contents').replaceChildren(
        ...warnings.map(text => element('p', {class: 'warned-text'}, `▲ ${text}`)),
        element('div', {class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Classes'}, element('table', {},
            element('caption', {}, 'Classes'), element('thead', {}, element('tr', {},
                ...['class', 'pictures'].map(name => element('th', {scope: 'col'}, name)))),
            element('tbody', {}, ...Object.entries(counts).map(([name, count]) => element('tr', {},
                element('th', {scope: 'row'}, name), element('td', {class: 'n'}, count.toLocaleString('en'))))))),
        ...[['Broken', broken], ['Duplicates', duplicates]].filter(([, lines]) => lines.length).map(([title, lines]) =>
          element('details', {}, element('summary', {}, title), element('ul', {},
              ...lines.map(line => element('li', {}, line))))));
  } catch (failure) {
    if (mine === looked) {
      say(place('said'), failure.message, true);
    }
  } finally {
    if (mine === looked) {
      place('look').disabled = false;
    }
  }
});

async function add(wanted) {
  try {
    const {title} = await fetchJson('/trainings', json(wanted));
    say(place('said'), `Added: ${title}.`);
    await refresh();
  } catch (failure) {
    say(place('said'), failure.message, true);
  }
}

place('train')?.addEventListener('submit', event => {
  event.preventDefault();
  add({folder: place('folder').value, base: place('base').value, epochs: Number(place('epochs').value) || null});
});

place('resume')?.addEventListener('submit', event => {
  event.preventDefault();
  add({resume: place('run').value});
});

const cards = new Map(); // by number; made once, so that the focus stays

function card({number, title}) {
  const state = element('span', {class: 'state'});
  const stop = element('button', {type: 'button', onclick: async () => {
    if (confirm(`Stop "${title}"? It saves a checkpoint, from which it can be resumed.`)) {
      await fetchJson(`/trainings/${number}/stop`, json({}));
      await refresh();
    }
  }}, 'Stop and save');
  const printed = element('pre', {tabindex: 0, 'aria-label': `what ${title} prints`});
  const whole = element('article', {}, element('p', {class: 'bar'}, element('strong', {}, `${number}. ${title}`), state,
      stop), printed);
  return {whole, state, stop, printed};
}

async function refresh() {
  for (const training of (await fetchJson('/trainings')).reverse()) {
    const known = cards.get(training.number) ?? card(training);
    if (!cards.has(training.number)) {
      cards.set(training.number, known);
      place('trainings').prepend(known.whole);
    }
    known.state.textContent = training.state;
    known.stop.hidden = !['waiting', 'running'].includes(training.state);
    const text = training.printed.join('\n');
    known.printed.hidden = text === '';
    if (known.printed.textContent !== text) {
      known.printed.textContent = text;
      known.printed.scrollTop = known.printed.scrollHeight;
    }
  }
}

refresh().catch(() => {});
setInterval(() => document.hidden || refresh().catch(() => {}), EVERY);
