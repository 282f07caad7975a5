#!/usr/bin/env python3
"""Reads the TensorBoard events of a run with TensorBoard's own reader, and prints their tags.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install tensorboard
    /tmp/venv/bin/python tools/events.py runs/latest

Prints a line for each curve and for each image. Never needed to build or run.
"""

import struct
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main(folder):
    events = EventAccumulator(folder, size_guidance={"scalars": 0, "images": 0, "tensors": 0})
    events.Reload()
    tags = events.Tags()
    for tag in sorted(tags["scalars"]):
        points = events.Scalars(tag)
        print(f"scalar {tag}: {len(points)} points, the last is {points[-1].value:g} at step {points[-1].step}")
    for tag in sorted(tags["images"]):
        for image in events.Images(tag):
            width, height = struct.unpack(">II", image.encoded_image_string[16:24])
            print(f"image {tag}: {image.width} x {image.height} at step {image.step}; the file is {width} x {height}")
    for tag in sorted(tags["tensors"]):
        for event in events.Tensors(tag):
            width, height, file = event.tensor_proto.string_val[:3]
            print(f"image {tag}: {width.decode()} x {height.decode()} at step {event.step}; {len(file)} bytes of PNG")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} RUN")
    main(sys.argv[1])
