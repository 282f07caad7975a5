#!/usr/bin/env python3
"""Makes a source in the form of ILSVRC-2012 as it is distributed, from a folder of real pictures.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install pillow==13.0.0 numpy scipy
    /tmp/venv/bin/python tools/ilsvrc.py SOURCE OUT --classes 1000 --train 20 --val 2 --seed 1

Writes into OUT:

    ILSVRC2012_img_train.tar          a tar of one tar per class, n01234567.tar, of n01234567_89.JPEG
    ILSVRC2012_img_val.tar            ILSVRC2012_val_00000001.JPEG and so on
    ILSVRC2012_devkit_t12.tar.gz      data/meta.mat and data/ILSVRC2012_validation_ground_truth.txt

The class identifiers are made up and mean nothing. As in the original, the devkit's ids are in another order than the
identifiers, and meta.mat also lists synsets that are no classes, above them in the hierarchy. The pictures below SOURCE
are taken in turns; each one written is a random part of one, mirrored or not, of 500 x 375 or 375 x 500 pixels, so no
two are the same. The same arguments and library versions give the same bytes. Never needed to build or run.
"""

import argparse
import gzip
import io
import itertools
import pathlib
import random
import tarfile
import time

import numpy
import scipy.io
from PIL import Image, ImageChops

SUFFIXES = {".jpg", ".jpeg", ".png"}
DEVKIT = "ILSVRC2012_devkit_t12"


def add(tar, name, data):
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    tar.addfile(entry, io.BytesIO(data))


def grain(rng):
    """Noise about 128, as large as a picture may be."""
    noise = numpy.random.default_rng(rng.getrandbits(32)).normal(128, 7, (500, 500, 1))
    return Image.fromarray(numpy.repeat(noise.round().clip(0, 255).astype(numpy.uint8), 3, axis=2))


def photograph(path, rng, noise):
    """A random part of a picture as JPEG, about as large as the original's photographs."""
    width, height = (375, 500) if rng.random() < 0.25 else (500, 375)
    with Image.open(path) as image:
        image = image.convert("RGB")
    scale = rng.uniform(0.75, 1) * min(image.width / width, image.height / height)
    left = rng.uniform(0, image.width - scale * width)
    top = rng.uniform(0, image.height - scale * height)
    part = image.resize((width, height), Image.Resampling.BICUBIC,
                        box=(left, top, left + scale * width, top + scale * height))
    if scale < 0.5:  # what was enlarged this much has no fine detail, and would be far smaller than a photograph
        part = ImageChops.add(part, noise.crop((0, 0, width, height)), offset=-128)
    if rng.random() < 0.5:
        part = part.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    out = io.BytesIO()
    part.save(out, "JPEG", quality=rng.randint(90, 96))
    return out.getvalue()


def synsets(wnids, ids, rng):
    """The struct array of meta.mat: the classes by their ids, then what is above them, each with some as children."""
    rows = [(number, wnid, f"made-up class {number}", "none", [], 0) for number, wnid in sorted(zip(ids, wnids))]
    for number in range(len(wnids) + 1, len(wnids) + 1 + len(wnids) * 2 // 3):
        children = rng.sample(range(1, number), min(number - 1, rng.randint(2, 6)))
        rows.append((number, f"n{number:08d}", f"made-up group {number}", "none", children, 1))
    fields = ["ILSVRC2012_ID", "WNID", "words", "gloss", "num_children", "children", "wordnet_height",
              "num_train_images"]
    array = numpy.zeros((len(rows), 1), dtype=[(field, object) for field in fields])
    for row, (number, wnid, words, gloss, children, level) in enumerate(rows):
        array[row, 0] = (float(number), wnid, words, gloss, float(len(children)), numpy.array(children, float),
                         float(level), 0.0)
    return array


def write_devkit(path, array, truth):
    meta = io.BytesIO()
    scipy.io.savemat(meta, {"synsets": array}, do_compression=True)
    with open(path, "wb") as file, gzip.GzipFile(fileobj=file, mode="wb", mtime=0, filename="") as zipped, \
            tarfile.open(fileobj=zipped, mode="w") as tar:
        add(tar, f"{DEVKIT}/readme.txt", b"Made by tools/ilsvrc.py.\n")
        add(tar, f"{DEVKIT}/data/ILSVRC2012_validation_ground_truth.txt", "".join(f"{n}\n" for n in truth).encode())
        add(tar, f"{DEVKIT}/data/meta.mat", meta.getvalue())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=pathlib.Path, help="a folder of pictures, at any depth")
    parser.add_argument("out", type=pathlib.Path, help="the folder to write into")
    parser.add_argument("--classes", type=int, default=1000)
    parser.add_argument("--train", type=int, default=20, help="training pictures per class")
    parser.add_argument("--val", type=int, default=2, help="validation pictures per class")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()

    rng = random.Random(args.seed)
    pictures = sorted(path for path in args.source.rglob("*") if path.suffix.lower() in SUFFIXES)
    if not pictures:
        raise SystemExit(f"{args.source}: no {', '.join(sorted(SUFFIXES))} below it")
    rng.shuffle(pictures)
    noise = grain(rng)
    sources = itertools.cycle(pictures)
    wnids = [f"n{number:08d}" for number in sorted(rng.sample(range(1_440_000, 15_100_000), args.classes))]
    ids = rng.sample(range(1, args.classes + 1), args.classes)

    args.out.mkdir(parents=True, exist_ok=True)
    start, size, count = time.monotonic(), 0, 0
    with tarfile.open(args.out / "ILSVRC2012_img_train.tar", "w") as train:
        for wnid in wnids:
            inner = io.BytesIO()
            with tarfile.open(fileobj=inner, mode="w") as tar:
                for number in sorted(rng.sample(range(1, 100_000), args.train)):
                    data = photograph(next(sources), rng, noise)
                    size, count = size + len(data), count + 1
                    add(tar, f"{wnid}_{number}.JPEG", data)
            add(train, f"{wnid}.tar", inner.getvalue())
    truth = ids * args.val
    rng.shuffle(truth)
    with tarfile.open(args.out / "ILSVRC2012_img_val.tar", "w") as val:
        for number in range(1, len(truth) + 1):
            data = photograph(next(sources), rng, noise)
            size, count = size + len(data), count + 1
            add(val, f"ILSVRC2012_val_{number:08d}.JPEG", data)
    write_devkit(args.out / f"{DEVKIT}.tar.gz", synsets(wnids, ids, rng), truth)
    print(f"{count} pictures from {len(pictures)}, {size / count / 1000:.1f} kB on average,"
          f" in {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
