#!/usr/bin/env python3
"""Draws the pictures of examples/train: circles, squares and triangles in random colors, 80 pixels wide.

    tools/shapes.py examples/train/pictures
"""
import pathlib
import random
import sys

from PIL import Image, ImageDraw

SIDE = 80


def draw(kind, rng):
    image = Image.new("RGB", (SIDE, SIDE), tuple(rng.randrange(160, 256) for _ in range(3)))
    pen = ImageDraw.Draw(image)
    radius = rng.randrange(18, 30)
    x, y = (rng.randrange(radius, SIDE - radius) for _ in range(2))
    color = tuple(rng.randrange(0, 110) for _ in range(3))
    if kind == "circle":
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
    elif kind == "square":
        pen.rectangle((x - radius, y - radius, x + radius, y + radius), fill=color)
    else:
        pen.polygon([(x, y - radius), (x - radius, y + radius), (x + radius, y + radius)], fill=color)
    return image


def main():
    target = pathlib.Path(sys.argv[1])
    rng = random.Random(2012)
    for kind in ("circle", "square", "triangle"):
        (target / kind).mkdir(parents=True, exist_ok=True)
        for number in range(1, 13):
            draw(kind, rng).save(target / kind / f"{number:02}.png", optimize=True)


if __name__ == "__main__":
    main()
