#!/usr/bin/env python3
"""Makes the odd pictures that the tests of net.alexnet.torch.OpenCvCodec read.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pillow==13.0.0
    /tmp/venv/bin/python tools/pictures.py

Every one shows the same gradient of 48 x 32 pixels: red grows from left to right, green from top to bottom, blue is 64.
Never needed to build or run.
"""

import pathlib

from PIL import Image

WIDTH, HEIGHT = 48, 32
TARGET = pathlib.Path(__file__).resolve().parent.parent / "torch/src/test/resources/net/alexnet/torch/pictures"


def gradient():
    image = Image.new("RGB", (WIDTH, HEIGHT))
    image.putdata([(x * 255 // (WIDTH - 1), y * 255 // (HEIGHT - 1), 64) for y in range(HEIGHT) for x in range(WIDTH)])
    return image


def save(name, image, **options):
    image.save(TARGET / name, **options)


def main():
    TARGET.mkdir(parents=True, exist_ok=True)
    rgb = gradient()
    save("plain.jpg", rgb, quality=95, subsampling=0)
    save("progressive.jpg", rgb, quality=95, subsampling=0, progressive=True)
    save("cmyk.jpg", Image.merge("CMYK", [c.point(lambda v: 255 - v) for c in rgb.split()] + [Image.new("L", rgb.size)]),
         quality=95, subsampling=0)

    # Orientation 6: the picture is to be turned right to stand upright, so it is stored turned left.
    exif = Image.Exif()
    exif[0x0112] = 6
    save("exif-6.jpg", rgb.transpose(Image.Transpose.ROTATE_90), quality=95, subsampling=0, exif=exif)

    save("grey.jpg", rgb.split()[0], quality=95)
    save("grey-16.png", Image.frombytes("I;16", rgb.size, b"".join(
        (v * 257).to_bytes(2, "little") for v in rgb.split()[0].tobytes())))
    save("palette.png", rgb.quantize(256))
    save("palette.gif", rgb.quantize(256))
    save("png-named.jpg", rgb, format="PNG")
    save("plain.bmp", rgb)
    save("plain.webp", rgb, lossless=True)
    save("plain.tif", rgb, compression="tiff_lzw")

    # The left half is opaque, the right half wholly transparent.
    alpha = Image.new("L", rgb.size, 255)
    alpha.paste(0, (WIDTH // 2, 0, WIDTH, HEIGHT))
    save("alpha.png", Image.merge("RGBA", (*rgb.split(), alpha)))


if __name__ == "__main__":
    main()
