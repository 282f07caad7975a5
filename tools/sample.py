#!/usr/bin/env python3
"""Cuts the embedded sample from Fashion-MNIST.

    apt-get install dataset-fashion-mnist      # the four IDX files, MIT licence
    tools/sample.py

Takes the first 600 training and the first 100 test pictures of each of the ten classes, in the order in which they
stand in the files, and writes them as IDX .gz files into the resources of cli, with the names of the classes and the
notice that the licence asks for beside them. The same input gives the same bytes with the same zlib. Standard library only.
"""

import argparse
import gzip
import pathlib
import struct

CLASSES = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
]
ROOT = pathlib.Path(__file__).resolve().parent.parent


def read_idx(path, axes):
    """The extents and the values of an IDX file of unsigned bytes."""
    data = gzip.decompress(path.read_bytes())
    magic, *extents = struct.unpack(f">{1 + axes}I", data[: 4 + 4 * axes])
    if magic != 0x0800 | axes:
        raise SystemExit(f"{path}: magic number {magic:08x}, expected {0x0800 | axes:08x}")
    return extents, data[4 + 4 * axes :]


def write_idx(path, extents, values):
    header = struct.pack(f">{1 + len(extents)}I", 0x0800 | len(extents), *extents)
    path.write_bytes(gzip.compress(header + values, compresslevel=9, mtime=0))


def cut(source, target, part, per_class):
    (count, height, width), pixels = read_idx(source / f"{part}-images-idx3-ubyte.gz", 3)
    (labelled,), labels = read_idx(source / f"{part}-labels-idx1-ubyte.gz", 1)
    if labelled != count:
        raise SystemExit(f"{part}: {count} pictures, but {labelled} labels")
    taken = [0] * len(CLASSES)
    chosen = []
    for index, label in enumerate(labels):
        if taken[label] < per_class:
            taken[label] += 1
            chosen.append(index)
    if taken != [per_class] * len(CLASSES):
        raise SystemExit(f"{part}: fewer than {per_class} pictures of some class: {taken}")
    size = height * width
    write_idx(target / f"{part}-images-idx3-ubyte.gz", [len(chosen), height, width],
              b"".join(pixels[i * size : (i + 1) * size] for i in chosen))
    write_idx(target / f"{part}-labels-idx1-ubyte.gz", [len(chosen)], bytes(labels[i] for i in chosen))
    print(f"{part}: {len(chosen)} of {count} pictures")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, default=pathlib.Path("/usr/share/datasets/fashion-mnist"))
    parser.add_argument("--notice", type=pathlib.Path,
                        default=pathlib.Path("/usr/share/doc/dataset-fashion-mnist/copyright"))
    parser.add_argument("--target", type=pathlib.Path, default=ROOT / "core/src/main/resources/net/alexnet/train/sample")
    args = parser.parse_args()
    args.target.mkdir(parents=True, exist_ok=True)
    cut(args.source, args.target, "train", 600)
    cut(args.source, args.target, "t10k", 100)
    (args.target / "classes.txt").write_text("".join(f"{name}\n" for name in CLASSES), encoding="utf-8")
    (args.target / "NOTICE.txt").write_text(
        "The pictures and labels beside this file are cut from Fashion-MNIST by tools/sample.py.\n\n"
        + args.notice.read_text(encoding="utf-8"), encoding="utf-8")


if __name__ == "__main__":
    main()
