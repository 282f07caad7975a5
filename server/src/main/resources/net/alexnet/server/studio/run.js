// The page of a run: follows its log, and replaces the parts that have changed.
import {say, showTimes} from './page.js';

const live = document.getElementById('live');
const address = `/runs/${live.dataset.run}`;
const POLL = 2000; // milliseconds, where there are no events

let asked = false; // whether new parts are wanted
let busy = false;

async function fetched(part) {
  const answer = await fetch(`${address}/${part}`);
  return answer.ok ? new DOMParser().parseFromString(await answer.text(), 'text/html').body : undefined;
}

/** The last values at once, and all parts as soon as they do not cost too much. */
async function refresh() {
  asked = true;
  const now = await fetched('now');
  if (now) {
    keep(document.getElementById('now'), now.firstElementChild);
    showTimes(live);
  }
  if (busy) {
    return;
  }
  busy = true;
  try {
    while (asked) {
      asked = false;
      const start = performance.now();
      const parts = await fetched('parts').catch(() => undefined); // the server is away; the stream connects again
      if (parts) {
        replace(parts);
      }
      // A long log takes long to draw. Then it is drawn less often, so that it costs a tenth of the time at most.
      await new Promise(done => setTimeout(done, 9 * Math.min(1000, performance.now() - start)));
    }
  } finally {
    busy = false;
  }
}

/** Replaces what differs; opened tables, places in them and the focus stay. */
function replace(fresh) {
  const old = [...live.children];
  const parts = [...fresh.children];
  if (old.length !== parts.length || old.some((one, i) => one.id !== parts[i].id)) {
    live.replaceChildren(...parts);
  } else {
    parts.forEach((part, i) => {
      if (part.outerHTML !== (old[i].made ?? old[i].outerHTML)) {
        const made = part.outerHTML;
        keep(old[i], part);
        part.made = made;
      }
    });
  }
  showTimes(live);
}

function keep(old, part) {
  const opened = [...old.querySelectorAll('details')].map(one => one.open);
  part.querySelectorAll('details').forEach((one, i) => { one.open = opened[i] ?? false; });
  const boxes = [...old.querySelectorAll('.scroll')].map(one => [one.scrollLeft, one.scrollTop]);
  const reach = 'a, button, summary, [tabindex]';
  const focus = [...old.querySelectorAll(reach)].indexOf(document.activeElement);
  old.replaceWith(part);
  part.querySelectorAll('.scroll').forEach((one, i) => {
    [one.scrollLeft, one.scrollTop] = boxes[i] ?? [0, 0];
  });
  if (focus >= 0) {
    part.querySelectorAll(reach)[focus]?.focus({preventScroll: true});
  }
}

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
    poll ??= setInterval(() => refresh().catch(() => {}), POLL);
    return;
  }
  stream = new EventSource(`${address}/events?after=${offset()}`);
  stream.addEventListener('open', () => {
    say(connection, '');
    stopPolling();
  });
  stream.addEventListener('error', () => {
    say(connection, 'Not connected to the server; this page asks it again every two seconds.', true);
    poll ??= setInterval(() => ask().catch(() => {}), POLL);
  });
  for (const name of ['lines', 'reset', 'state']) {
    stream.addEventListener(name, () => refresh().catch(() => {}));
  }
}

async function ask() {
  await refresh();
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
    refresh().catch(() => {});
    connect();
  }
});
