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

/** Shows a text to all, a screen reader included. */
export function say(place, text, isError = false) {
  place.textContent = text;
  place.classList.toggle('error', isError);
}

const relative = new Intl.RelativeTimeFormat('en', {numeric: 'auto'});
const UNITS = [['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1]];

/** Makes the times on the page relative to now; the whole time is in the title. */
export function showTimes(place = document) {
  for (const time of place.querySelectorAll('time')) {
    const at = new Date(time.dateTime);
    time.title ||= at.toLocaleString();
    const seconds = (at - Date.now()) / 1000;
    const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? UNITS.at(-1);
    time.textContent = relative.format(Math.round(seconds / length), unit);
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
setInterval(showTimes, 1000);
