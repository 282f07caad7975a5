// Tells the values of a chart below the pointer. The charts are drawings of the server, as in report.html;
// their axes are in data-x and data-y, the names of the lines in data-name.

const LEFT = 64; // as in Chart.java
const RIGHT = 472;
const TOP = 36;
const BOTTOM = 236;
const NAMESPACE = 'http://www.w3.org/2000/svg';

function axis(text) {
  const [low, high, log] = text.split(' ');
  return share => log ? low * (high / low) ** share : Number(low) + share * (high - low);
}

function points(path) {
  const drawn = path.getAttribute('d');
  if (path.drawn !== drawn) { // a growing log changes it
    path.drawn = drawn;
    path.points = [...drawn.matchAll(/[ML]([^ ]+) ([^ML]+)/g)]
        .map(([, x, y]) => [Number(x.replaceAll(',', '')), Number(y.replaceAll(',', ''))]);
  }
  return path.points;
}

function nearest(all, x) {
  let low = 0;
  let high = all.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (all[middle][0] < x) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low > 0 && x - all[low - 1][0] < all[low][0] - x ? all[low - 1] : all[low];
}

function number(value) {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(4)).toString();
}

function clear(svg) {
  svg.querySelector('.cursor')?.remove();
  svg.parentElement.querySelector('.reading')?.remove();
}

function read(svg, event) {
  clear(svg);
  const box = svg.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width;
  const lines = [...svg.querySelectorAll('path.line')].filter(path => points(path).length > 0);
  if (lines.length === 0 || x < LEFT || x > RIGHT) {
    return;
  }
  const [place] = nearest(points(lines.at(-1)), x);
  const cursor = document.createElementNS(NAMESPACE, 'path');
  cursor.setAttribute('class', 'cursor axis');
  cursor.setAttribute('d', `M${place} ${TOP}V${BOTTOM}`);
  svg.append(cursor);
  const across = axis(svg.dataset.x)((place - LEFT) / (RIGHT - LEFT));
  const up = axis(svg.dataset.y);
  const texts = lines.map(path => {
    const [, y] = nearest(points(path), place);
    return `${path.dataset.name} ${number(up((BOTTOM - y) / (BOTTOM - TOP)))}`;
  });
  const reading = document.createElement('p');
  reading.className = 'reading';
  reading.textContent = `${number(across)}: ${texts.join(', ')}`;
  svg.after(reading);
}

const chart = target => target.closest?.('figure > svg[data-x]');

document.addEventListener('pointermove', event => {
  const svg = chart(event.target);
  if (svg) {
    read(svg, event);
  }
});
document.addEventListener('pointerout', event => {
  const svg = chart(event.target);
  if (svg && !svg.contains(event.relatedTarget)) {
    clear(svg);
  }
});
