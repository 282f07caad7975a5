// The page of a run: follows its log. The last values come with each event. The charts cost more to draw, so they are
// drawn less often where lines come fast: a training may run on the same cores.
import {renew, say, showTimes} from './page.js';

const live = document.getElementById('live');
const address = `/runs/${live.dataset.run}`;
const POLL = 2000; // milliseconds, where there are no events
const SHARE = 100; // drawing takes a hundredth of the time
const LONGEST = 10000; // milliseconds from one drawing to the next

let asked = false; // whether another drawing is wanted
let hurried = false; // and at once
let busy = false;
let heard; // what an event brought while a drawing was fetched
let wake = () => {};

/** Draws what the log says now: at once, or as soon as drawing has not cost too much. */
async function draw(hurry = false) {
  asked = true;
  hurried ||= hurry;
  if (busy) {
    if (hurry) {
      wake();
    }
    return;
  }
  busy = true;
  try {
    while (asked && !document.hidden) {
      asked = false;
      hurried = false;
      heard = undefined;
      const start = performance.now();
      const parts = await fetched().catch(() => undefined); // the server is away; the stream connects again
      if (parts) {
        live.querySelectorAll('.cursor, .reading').forEach(one => one.remove()); // of charts.js
        show(live, parts);
        showNow(heard); // the parts may be older
      } else {
        asked = true;
      }
      await new Promise(done => requestAnimationFrame(() => setTimeout(done))); // layout and paint count, too
      if (!hurried) {
        const pause = Math.min(LONGEST, SHARE * (performance.now() - start));
        await new Promise(done => {
          wake = done;
          setTimeout(done, pause);
        });
      }
    }
  } finally {
    busy = false;
  }
}

/** All parts; the tables only if one is open. */
async function fetched() {
  const answer = await fetch(`${address}/parts${live.querySelector('details[open]') ? '?tables=1' : ''}`);
  if (!answer.ok) {
    return undefined;
  }
  const fresh = live.cloneNode();
  fresh.append(...parsed(await answer.text()).childNodes);
  return fresh;
}

const parsed = html => new DOMParser().parseFromString(html, 'text/html').body;

function show(old, fresh) {
  showTimes(fresh);
  renew(old, fresh);
}

/** What an event brings: the last values, at once. */
function hear(event) {
  heard = JSON.parse(event.data).now;
  showNow(heard);
  draw();
}

function showNow(html) {
  if (html) {
    show(document.getElementById('now'), parsed(html).firstElementChild);
  }
}

live.addEventListener('toggle', event => {
  if (event.target.open) {
    draw(true); // a table that was closed is not up to date
  }
}, true);

const offset = () => document.getElementById('now').dataset.offset;
const connection = document.getElementById('connection');
let stream;
let poll;

/** Follows the log by events, or by asking again and again where there are none. */
function connect() {
  if (document.hidden) {
    return; // a browser allows six connections to a server
  }
  if (!('EventSource' in window)) {
    poll ??= setInterval(() => draw(true), POLL);
    return;
  }
  stream = new EventSource(`${address}/events?after=${offset()}`);
  stream.addEventListener('open', () => {
    say(connection, '');
    stopPolling();
  });
  stream.addEventListener('error', () => {
    say(connection, 'Not connected to the server; this page asks it again every two seconds.', true);
    poll ??= setInterval(ask, POLL);
  });
  stream.addEventListener('lines', hear);
  stream.addEventListener('reset', hear);
  stream.addEventListener('state', () => draw(true));
}

function ask() {
  draw(true);
  if (stream.readyState === EventSource.CLOSED) { // the browser has given up
    disconnect();
    connect();
  }
}

function stopPolling() {
  clearInterval(poll);
  poll = undefined;
}

function disconnect() {
  stream?.close();
  stopPolling();
}

connect();
document.addEventListener('visibilitychange', () => {
  disconnect();
  if (!document.hidden) {
    draw(true);
    connect();
  }
});
