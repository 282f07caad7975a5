// The pictures of a run: what training makes of one, and the mean of all.
import {element, fetchJson, say} from './page.js';
import {canvases} from './tiles.js';

const place = name => document.getElementById(name);
const address = `/data/${place('data').dataset.run}`;

let turn = 0;

async function draw() {
  const mine = ++turn;
  try {
    const {name, label, seed, picture, draws} = await fetchJson(`${address}/draws?index=${place('index').value}`);
    if (mine === turn) {
      place('drawn').replaceChildren(...canvases(picture, () => 'the picture'),
          ...canvases(draws, epoch => `as epoch ${epoch + 1} sees it`));
      place('drawn').style.setProperty('--side', '112px');
      say(place('draws-said'), `${name}, ${label}: the picture, and what the first ${draws.count} epochs make of it `
          + `with the seed ${seed}.`);
    }
  } catch (failure) {
    say(place('draws-said'), failure.message, true);
  }
}

async function statistics() {
  const {images, mean, meanImage, components} = await fetchJson(`${address}/statistics`);
  place('mean-image').replaceChildren(...canvases(meanImage, () => 'mean image'));
  place('mean-image').style.setProperty('--side', '160px');
  say(place('mean-said'), `Of ${images.toLocaleString('en')} training pictures. Mean of the channels: ${
    mean.map(value => value.toFixed(1)).join(', ')}.`);
  const swatch = (deviation, vector, sign) => {
    const box = element('span', {class: 'swatch', role: 'img', 'aria-label': sign > 0 ? 'brighter' : 'darker'});
    box.style.backgroundColor = `rgb(${mean.map((value, i) => value + sign * deviation * vector[i]).join(' ')})`;
    return box;
  };
  if (mean.length === 3) {
    place('colors').replaceChildren(element('div', {class: 'scroll', tabindex: 0, role: 'group',
      'aria-label': 'Principal colors'}, element('table', {}, element('caption', {}, 'Principal colors'),
        element('thead', {}, element('tr', {}, ...['component', 'deviation', 'direction', 'mean minus and plus']
            .map(name => element('th', {scope: 'col'}, name)))),
        element('tbody', {}, ...components.map(({deviation, vector}, i) => element('tr', {},
            element('th', {scope: 'row'}, `${i + 1}`), element('td', {class: 'n'}, deviation.toFixed(1)),
            element('td', {}, vector.map(value => value.toFixed(2)).join(', ')),
            element('td', {}, swatch(deviation, vector, -1), swatch(deviation, vector, 1))))))));
  }
}

async function duplicates() {
  const groups = await fetchJson(`${address}/duplicates`);
  place('duplicate-pictures').replaceChildren(...groups.map(group => element('ul', {class: 'cards duplicates'},
      ...group.map(({split, label, file, kind, picture}) => element('li', {}, ...canvases(picture, () => file),
          element('p', {}, element('strong', {}, label), ` ${split}, ${kind}`), element('p', {class: 'file'}, file))))));
}

if (place('duplicate-pictures')) {
  duplicates().catch(() => {}); // the table below has the same without pictures
}
if (place('index')) {
  place('index').addEventListener('change', draw);
  draw();
  statistics().catch(failure => say(place('mean-said'), failure.message, true));
}
