"""Compares alexnet.py with the program ./alexnet of this project, in both directions.

    python check.py [FOLDER]              the network saved in each form and read by ./alexnet, and the other way round
    python check.py fixtures FOLDER       writes the small files that the tests of `interop` read

The first prints the largest difference of probabilities and fails above 1e-5. Run it in the project's folder.
"""

import json
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import keras
import numpy as np

import alexnet

TOLERANCE = 1e-5
MEAN = [123.0, 117.0, 104.0]


# --- both directions, with the program ---------------------------------------------------------------------------------


def program(*arguments):
    done = subprocess.run(["./alexnet", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"./alexnet {' '.join(map(str, arguments))}: {done.stderr}")


def probabilities_of(model, folder, pictures):
    """What ./alexnet computes, from the files of pictures."""
    program("features", model, "--data", pictures, "--layer", "softmax", "--out", folder / "p.npy", "--force")
    return np.load(folder / "p.npy")


def compare(what, ours, theirs):
    difference = float(np.abs(ours - theirs).max())
    print(f"{what:32} {difference:.2e}", flush=True)
    if not difference <= TOLERANCE or ours.max() < 2 / ours.shape[1]:
        sys.exit(f"{what}: the probabilities differ by {difference}, or say nothing")


def check(folder):
    folder.mkdir(parents=True, exist_ok=True)
    pictures = folder / "pictures"
    pictures.mkdir(exist_ok=True)
    random = np.random.default_rng(1)
    pixels = random.integers(0, 256, (3, alexnet.RESIZED, alexnet.RESIZED, 3), dtype="uint8")
    for number, picture in enumerate(pixels):
        keras.utils.save_img(pictures / f"{number}.png", picture, scale=False)
    margin = (alexnet.RESIZED - alexnet.INPUT) // 2
    raw = pixels[:, margin:-margin, margin:-margin].astype("float32")
    names = folder / "names.txt"
    names.write_text("".join(f"class {i}\n" for i in range(10)))

    net = alexnet.network(10, mean=MEAN)
    lively(net, random)
    theirs = net.predict(raw, verbose=0)
    net.compile()  # without an optimizer, whose state is three times as large
    net.save(folder / "whole.keras")
    net.save(folder / "whole.h5")
    net.save_weights(folder / "only.weights.h5")
    compare("whole.keras, read directly", probabilities_of(folder / "whole.keras", folder, pictures), theirs)
    for name in ("whole.keras", "whole.h5", "only.weights.h5"):
        program("import", folder / name, folder / "ours.safetensors", "--force", "--classes", names,
                *([] if "whole" in name else ["--net", "keras", "--mean", ",".join(map(str, MEAN))]))
        compare(name + ", imported", probabilities_of(folder / "ours.safetensors", folder, pictures), theirs)

    ours = probabilities_of(folder / "ours.safetensors", folder, pictures)
    for name in ("exported.keras", "exported.weights.h5"):
        program("export", folder / "ours.safetensors", folder / name, "--force")
    loaded = keras.saving.load_model(folder / "exported.keras", custom_objects={})
    compare("exported.keras in Keras", ours, loaded.predict(raw, verbose=0))
    other = alexnet.network(10, mean=MEAN)
    other.load_weights(folder / "exported.weights.h5")
    compare("exported.weights.h5 in Keras", ours, other.predict(raw, verbose=0))


def lively(net, random):
    """Weights with which pictures differ: the initial ones give nearly the same probabilities for all."""
    for layer in net.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            fan = np.prod(kernel.shape[:-1])
            scale = 0.02 if layer.name == "conv1" else 1
            layer.set_weights([random.normal(0, scale * np.sqrt(2 / fan), kernel.shape).astype("float32"),
                               random.normal(0, 0.1, bias.shape).astype("float32")])


# --- files for the tests -----------------------------------------------------------------------------------------------


def write(path, tensors, metadata):
    """A safetensors file of float32."""
    header, offset = {"__metadata__": metadata}, 0
    for name, values in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [offset, offset + 4 * values.size]}
        offset += 4 * values.size
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for values in tensors.values():
            file.write(np.ascontiguousarray(values, "<f4").tobytes())


def formula(count, size):
    """Pictures that need no file: pixel i of all, in the order picture, row, column, color."""
    return ((np.arange(count * size * size * 3, dtype="int64") * 7919 + 13) % 251).astype("float32").reshape(
        count, size, size, 3)


def plain(size=227, **names):
    """AlexNet as many programs define it: one tower, 227 pixels, no normalization, names of their own."""
    layers = keras.layers

    def conv(name, filters, kernel, **more):
        return layers.Conv2D(filters, kernel, name=name, padding="same" if "strides" not in more else "valid", **more)

    x = start = keras.Input((size, size, 3))
    x = layers.Rescaling(1 / 127.5, offset=-1)(x)
    x = layers.MaxPooling2D(3, 2)(layers.Activation("relu")(conv("zeta", 8, 11, strides=4)(x)))
    x = layers.MaxPooling2D(3, 2)(layers.ReLU()(conv("stem", 8, 5)(x)))
    x = conv("alpha", 8, 3, activation="relu")(x)
    x = conv("block_10", 8, 3, activation="relu")(x)
    x = layers.MaxPooling2D(3, 2)(conv("block_9", 8, 3, activation="relu")(x))
    x = layers.Dropout(0.4)(layers.Dense(16, activation="relu", name="hidden")(layers.Flatten()(x)))
    x = layers.Dropout(0.4)(layers.Dense(16, activation="relu", name="again")(x))
    return keras.Model(start, layers.Dense(5, activation="softmax", name="end")(x))


def fixtures(folder):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(2)
    size, classes, count = 96, 5, 2
    net = alexnet.network(classes, size=size, width=0.004, mean=MEAN)
    lively(net, random)
    raw = formula(count, size)
    expected = {"probabilities": net.predict(raw, verbose=0)}
    net.compile()
    for name in ("paper.keras", "paper.h5", "paper.weights.h5"):
        net.save_weights(folder / name) if "weights" in name else net.save(folder / name)

    # three steps of the paper's rule, without dropout, whose masks are drawn otherwise; the rate drops before the third
    step = alexnet.network(classes, size=size, width=0.004, dropout=0)
    step.set_weights(net.get_weights())
    alexnet.compiled(step, 1e-5)
    labels = np.array([1, 3])
    losses = []
    for number in range(3):
        step.optimizer.learning_rate = 1e-6 if number == 2 else 1e-5
        losses.append(step.train_on_batch(raw - np.array(MEAN, "float32"), labels)[0])
    expected["losses"] = np.array(losses, "float32")
    for layer in step.layers:
        if layer.weights:
            kernel, bias = layer.get_weights()
            if layer.name == "fc6":  # the maps behind it, channels innermost
                kernel = kernel.reshape(2, 2, -1, kernel.shape[-1])
            order = (3, 2, 0, 1) if kernel.ndim == 4 else (1, 0)  # as PyTorch has it
            expected[f"after.{layer.name}.weight"] = kernel.transpose(order)
            expected[f"after.{layer.name}.bias"] = bias

    simple = plain()
    lively(simple, random)
    expected["plain.probabilities"] = simple.predict(formula(count, 227), verbose=0)
    simple.compile()
    simple.save(folder / "plain.keras")
    simple.save(folder / "plain.h5")
    simple.save_weights(folder / "plain.weights.h5")
    write(folder / "expected.safetensors", expected, {"keras": keras.__version__, "backend": keras.backend.backend()})


if __name__ == "__main__":
    if sys.argv[1:2] == ["fixtures"]:
        fixtures(Path(sys.argv[2]))
    elif len(sys.argv) <= 2:
        with tempfile.TemporaryDirectory() as temporary:
            check(Path(sys.argv[1] if len(sys.argv) == 2 else temporary))
    else:
        sys.exit(__doc__)
