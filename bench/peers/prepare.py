"""The peer of PrepareRate: photographs to squares by Pillow, in one thread and in memory.

    python prepare.py FOLDER SIZE

Takes a line from standard input for each round and answers with a line: pictures per second, and the mean of all
samples of all squares, by which both sides show that they did the same work.
"""

import io
import sys
import time
from pathlib import Path

import numpy
from PIL import Image


def square(data, size):
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    scale = size / min(picture.size)
    picture = picture.resize([round(side * scale) for side in picture.size], Image.Resampling.BOX)
    left, top = ((side - size) // 2 for side in picture.size)
    picture = picture.crop((left, top, left + size, top + size))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=95)
    return out.getvalue()


def main():
    folder, size = Path(sys.argv[1]), int(sys.argv[2])
    files = [path.read_bytes() for path in sorted(folder.iterdir())]
    for _ in sys.stdin:
        start = time.perf_counter()
        squares = [square(data, size) for data in files]
        seconds = time.perf_counter() - start
        mean = numpy.mean([numpy.asarray(Image.open(io.BytesIO(data))).mean() for data in squares])
        print(len(files) / seconds, mean, flush=True)


main()
