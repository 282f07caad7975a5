// Draws small pictures that the server sends as samples (Tiles.java).
import {element} from './page.js';

/** The pictures as canvases of their own size; CSS enlarges them. */
export function canvases({side, channels, count, samples}, describe = () => '') {
  const bytes = Uint8Array.from(atob(samples), letter => letter.charCodeAt(0));
  return Array.from({length: count}, (_, index) => {
    const canvas = element('canvas', {width: side, height: side, role: 'img', 'aria-label': describe(index)});
    const context = canvas.getContext('2d');
    const image = context.createImageData(side, side);
    for (let pixel = 0; pixel < side * side; pixel++) {
      const from = (index * side * side + pixel) * channels;
      for (let color = 0; color < 3; color++) {
        image.data[4 * pixel + color] = bytes[from + (channels === 3 ? color : 0)];
      }
      image.data[4 * pixel + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    return canvas;
  });
}
