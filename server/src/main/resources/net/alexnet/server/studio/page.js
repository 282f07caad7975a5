// What several pages need.

/** An element with attributes and children. Texts become text, never markup. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) {
      made.addEventListener(name.slice(2), value);
    } else if (value === true) {
      made.setAttribute(name, '');
    } else if (value !== false && value !== undefined) {
      made.setAttribute(name, value);
    }
  }
  made.append(...children);
  return made;
}

/** The JSON of an address; an error has the server's words. */
export async function fetchJson(address, options) {
  const answer = await fetch(address, options);
  const body = await answer.json().catch(() => ({error: `the server answered ${answer.status}`}));
  if (!answer.ok) {
    throw new Error(body.error);
  }
  return body;
}

export function percent(fraction, digits = 1) {
  return `${(100 * fraction).toFixed(digits)} %`;
}

/** A number and what is counted: `1 picture`, `1,234 pictures`. */
export function counted(number, one) {
  return `${number.toLocaleString('en')} ${one}${number === 1 ? '' : 's'}`;
}

/** Sets a text if it is another one: even an equal one would be drawn, and read out by a screen reader. */
export function write(place, text) {
  if (place.textContent !== text) {
    place.textContent = text;
  }
}

/** What a node is known by among its siblings: its id, or what it is and its caption. */
function key(node) {
  return node.id || node.nodeName + (node.querySelector?.(':scope > summary, :scope > figcaption')?.textContent ?? '');
}

/**
 * Makes an element like a fresh one by changing only what differs. So the focus, opened tables and places in boxes that
 * scroll stay, and little is drawn. A closed table of which only the summary was sent stays as it is.
 */
export function renew(old, fresh) {
  if (old.isEqualNode(fresh)) {
    return;
  }
  if (old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
    return;
  }
  if (!old.attributes) { // a text
    old.data = fresh.data;
    return;
  }
  for (const {name, value} of fresh.attributes) {
    if (old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }
  for (const {name} of [...old.attributes]) {
    if (name !== 'open' && !fresh.hasAttribute(name)) {
      old.removeAttribute(name);
    }
  }
  if (old.nodeName === 'DETAILS' && fresh.children.length === 1) {
    return;
  }
  let next = old.firstChild;
  for (const child of [...fresh.childNodes]) {
    let same = next;
    while (same && key(same) !== key(child)) {
      same = same.nextSibling;
    }
    if (same) {
      while (next && next !== same) {
        const gone = next;
        next = next.nextSibling;
        gone.remove();
      }
      next = same.nextSibling;
      renew(same, child);
    } else {
      old.insertBefore(child, next);
    }
  }
  while (next) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

/** Shows a text to all, a screen reader included. */
export function say(place, text, isError = false) {
  write(place, text);
  place.classList.toggle('error', isError);
}

const relative = new Intl.RelativeTimeFormat('en', {numeric: 'auto'});
const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60]];

/** Makes the times on the page relative to now, to the minute; the whole time is in the title. */
export function showTimes(place = document) {
  for (const time of place.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    time.title ||= at.toLocaleString();
    const seconds = (at - Date.now()) / 1000;
    const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS.at(-1);
    write(time, relative.format(unit === 'minute' ? Math.trunc(seconds / length) : Math.round(seconds / length), unit));
  }
}

/** Saves a text as a file. */
export function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], {type}));
  element('a', {href: address, download: name}).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** A cell of CSV: quoted, and no formula in a spreadsheet. */
export function csvCell(value) {
  const text = /^\s*[=+@-]|^[\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

showTimes();
setInterval(showTimes, 10000);
