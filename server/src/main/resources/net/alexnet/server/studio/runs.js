// The list of runs: search, hide, choose, and new values every few seconds.
import {renew, showTimes, write} from './page.js';

const HIDDEN = 'alexnet-hidden-runs'; // kept by the browser; nothing is changed on the disk
const EVERY = 3000; // milliseconds, at least
const LONGEST = 10000; // and at most
const SHARE = 100; // in between, new values take a hundredth of the time: a training may run on the same cores

const form = document.getElementById('runs');
if (form) {
  const search = document.getElementById('search');
  const compare = document.getElementById('compare');
  const hide = document.getElementById('hide');
  const show = document.getElementById('show');
  let showsHidden = false;

  const rows = () => [...form.querySelectorAll('tbody tr')];
  const chosen = () => rows().filter(row => row.querySelector('input').checked);
  const hidden = () => new Set(JSON.parse(localStorage.getItem(HIDDEN) ?? '[]'));

  function update() {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const away = hidden();
    let seen = 0;
    let awayCount = 0;
    for (const row of rows()) {
      const text = words.length > 0 ? `${row.textContent} ${row.dataset.words}`.toLowerCase() : '';
      const isAway = away.has(row.dataset.run);
      awayCount += isAway;
      row.hidden = !words.every(word => text.includes(word)) || isAway && !showsHidden;
      row.classList.toggle('away', isAway);
      seen += !row.hidden;
    }
    write(document.getElementById('count'), `${seen} of ${rows().length}`);
    const count = chosen().length;
    compare.disabled = count < 2 || count > 8;
    write(compare, count < 2 ? 'Compare (choose 2 to 8 runs)' : `Compare ${count}`);
    hide.hidden = count === 0;
    write(hide, chosen().every(row => away.has(row.dataset.run)) ? 'Show again' : `Hide ${count}`);
    show.hidden = awayCount === 0;
    write(show, showsHidden ? 'Leave out the hidden ones' : `Show ${awayCount} hidden`);
  }

  search.form.addEventListener('submit', event => event.preventDefault());
  search.addEventListener('input', update);
  form.addEventListener('change', update);
  show.addEventListener('click', () => {
    showsHidden = !showsHidden;
    update();
  });
  hide.addEventListener('click', () => {
    const away = hidden();
    const shows = hide.textContent === 'Show again';
    for (const row of chosen()) {
      shows ? away.delete(row.dataset.run) : away.add(row.dataset.run);
      row.querySelector('input').checked = false;
    }
    localStorage.setItem(HIDDEN, JSON.stringify([...away]));
    update();
  });

  async function refresh() {
    const page = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html');
    const fresh = page.querySelector('#runs tbody');
    if (!fresh) {
      return;
    }
    showTimes(fresh);
    const known = new Map(rows().map(row => [row.dataset.run, row]));
    for (const row of [...fresh.rows]) {
      const old = known.get(row.dataset.run);
      if (old) { // the row itself has what a reader chose
        [...row.cells].forEach((cell, i) => renew(old.cells[i], cell));
        if (old.dataset.words !== row.dataset.words) {
          old.dataset.words = row.dataset.words;
        }
        known.delete(row.dataset.run);
      } else {
        form.querySelector('tbody').prepend(row);
      }
    }
    known.forEach(row => row.remove());
    update();
  }

  async function follow() {
    const start = performance.now();
    if (!document.hidden) {
      await refresh().catch(() => {}); // the server may be away for a moment
    }
    setTimeout(follow, Math.min(LONGEST, Math.max(EVERY, SHARE * (performance.now() - start))));
  }

  update();
  setTimeout(follow, EVERY);
}
