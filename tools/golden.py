#!/usr/bin/env python3
"""Writes the golden files: what PyTorch's autograd computes for four tiny AlexNets.

    pip install torch==2.10.0 numpy && python tools/golden.py

writes core/src/test/resources/golden/*.safetensors; the README.md there says what is in them, and
core's GoldenContract asserts that every backend computes the same.

Nothing here is taken from the Java code. The tables, the response norm, the overhanging windows, the dropout masks and
the update rule are written anew from the paper and the documentation, so that a mistake would have to be made twice.
Everything is computed in float64, so that the files hold the truth and not the rounding of one more float32 program.
"""

import json
import struct
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

GOLDEN = Path(__file__).resolve().parent.parent / "core/src/test/resources/golden"

PICTURES, SIDE, CLASSES = 3, 68, 10
MAPS, UNITS = 8, 40  # of every convolution, of fc6 and fc7: the networks' widths times .01, in multiples of 8
WIDE_MAPS = 64  # enough in a group for the kernels of the Vector API
STEPS = 10
DROP_AT = 5  # the first step with the lower rate


# --- the random law of dropout: net.alexnet.tensor.CounterRng and net.alexnet.nn.DropoutMasks -----------------------------

WORD = (1 << 64) - 1
GAMMA = 0x9E3779B97F4A7C15
DROPOUT = 4  # the number of CounterRng.Purpose.DROPOUT


def mix(z):
    """SplitMix64's finaliser, on an array of uint64."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def words(*values):
    return np.array([value & WORD for value in values], dtype=np.uint64)


def bits(seed, purpose, *counters):
    state = mix(words(seed + GAMMA * purpose))
    for counter in counters:
        state = mix(state + words(GAMMA * (counter + 1)))
    return state


def dropped(seed, step, layer, shape, rate):
    """True where a unit is dropped."""
    places = np.arange(1, np.prod(shape) + 1, dtype=np.uint64)
    uniform = (mix(bits(seed, DROPOUT, step, layer) + np.uint64(GAMMA) * places) >> np.uint64(40)) * 2.0**-24
    return torch.from_numpy((uniform < rate).reshape(shape))


# --- layers: functions of the input and of a pass, which holds the parameters and tells training from testing ----------


def conv(name, stride=1, pad=0, groups=1, ceil=False):
    def layer(x, run, _):
        weight = run.values[name + ".weight"]
        slack = x.shape[-1] + 2 * pad - weight.shape[-1]
        overhang = -slack % stride if ceil else 0
        return F.conv2d(F.pad(x, (pad, pad + overhang) * 2), weight, run.values[name + ".bias"], stride, 0, 1, groups)

    return layer


def dense(name):
    return lambda x, run, _: x @ run.values[name + ".weight"].T + run.values[name + ".bias"]


def relu():
    return lambda x, *_: x.clamp(min=0)


def norm(groups):
    """Across the channels of a tower: x / (2 + 1e-4/5 * sum of 5 squares) ^ .75."""

    def layer(x, *_):
        towers = x.unflatten(1, (groups, -1))
        squares = F.pad(towers.square(), (0, 0, 0, 0, 2, 2))
        energy = sum(squares[:, :, i : i + towers.shape[2]] for i in range(5))
        return (towers / (2 + 1e-4 / 5 * energy) ** 0.75).flatten(1, 2)

    return layer


def norm_within_maps():
    """Within each map: x / (1 + 1e-3/25 * sum of 5x5 squares) ^ .75."""

    def layer(x, *_):
        height, width = x.shape[2:]
        squares = F.pad(x.square(), (2, 2, 2, 2))
        energy = sum(squares[:, :, i : i + height, j : j + width] for i in range(5) for j in range(5))
        return x / (1 + 1e-3 / 25 * energy) ** 0.75

    return layer


def pool(ceil=True):
    return lambda x, *_: F.max_pool2d(x, 3, 2, ceil_mode=ceil)


def flatten():
    return lambda x, *_: x.flatten(1)


def dropout(rate, inverted=False):
    """The paper scales when it tests; inverted dropout scales while it trains."""

    def layer(x, run, place):
        if run.step is None:
            return x if inverted else x * (1 - rate)
        kept = 1 / (1 - rate) if inverted else 1
        return x.masked_fill(dropped(run.seed, run.step, place, x.shape, rate), 0) * kept

    return layer


PAPER = [
    conv("conv1", stride=4, ceil=True), relu(), norm(2), pool(),
    conv("conv2", pad=2, groups=2), relu(), norm(2), pool(),
    conv("conv3", pad=1), relu(),
    conv("conv4", pad=1, groups=2), relu(),
    conv("conv5", pad=1, groups=2), relu(), pool(),
    flatten(),
    dense("fc6"), relu(), dropout(0.5),
    dense("fc7"), relu(), dropout(0.5),
    dense("fc8"),
]  # fmt: skip

ORIGINAL = [
    conv("conv1", stride=4, ceil=True), norm(2), pool(), relu(),
    conv("conv2", pad=2, groups=2), relu(), norm(2), norm_within_maps(), pool(),
    conv("conv3", pad=1), relu(),
    conv("conv4", pad=1, groups=2), relu(),
    conv("conv5", pad=1, groups=2), pool(), relu(),
    flatten(),
    dense("fc6"), relu(), dropout(0.5),
    dense("fc7"), relu(), dropout(0.5),
    dense("fc8"),
]  # fmt: skip

TORCHVISION = [
    conv("conv1", stride=4, pad=2), relu(), pool(ceil=False),
    conv("conv2", pad=2), relu(), pool(ceil=False),
    conv("conv3", pad=1), relu(),
    conv("conv4", pad=1), relu(),
    conv("conv5", pad=1), relu(), pool(ceil=False),
    flatten(), dropout(0.4, inverted=True),
    dense("fc6"), relu(), dropout(0.4, inverted=True),
    dense("fc7"), relu(),
    dense("fc8"),
]  # fmt: skip


class Pass:
    """One way through a table: training at a step, or testing if the step is None."""

    def __init__(self, table, values, seed, step):
        self.table, self.values, self.seed, self.step = table, values, seed, step

    def logits(self, x):
        for place, layer in enumerate(self.table):
            x = layer(x, self, place)
        return x


# --- what is computed -------------------------------------------------------------------------------------------------


def exact16(values):
    """Rounded to what float16 holds, so that the files are small and nothing is lost in them."""
    return torch.from_numpy(np.asarray(values, dtype=np.float16).astype(np.float64))


def pictures(random):
    """Whole numbers around 0, as wide as pixels less their mean; soft blobs, so that neighbours agree as in pictures."""
    coarse = torch.from_numpy(random.normal(0, 60, (PICTURES, 3, 9, 9)))
    soft = F.interpolate(coarse, (SIDE, SIDE), mode="bilinear", align_corners=True)
    return exact16(np.rint(np.clip(soft.numpy() + random.normal(0, 25, soft.shape), -128, 127)))


def start(random, groups, flat, maps):
    """Weights that keep the size of what goes through them (He et al. 2015), up to logits near 1; biases of both signs."""
    shapes = {
        "conv1": (maps, 3, 11, 11),
        "conv2": (maps, maps // groups, 5, 5),
        "conv3": (maps, maps, 3, 3),
        "conv4": (maps, maps // groups, 3, 3),
        "conv5": (maps, maps // groups, 3, 3),
        "fc6": (UNITS, flat),
        "fc7": (UNITS, UNITS),
        "fc8": (CLASSES, UNITS),
    }
    values = {}
    for name, shape in shapes.items():
        deviation = (2 / np.prod(shape[1:])) ** 0.5 * (0.03 if name == "fc8" else 1)
        values[name + ".weight"] = exact16(random.normal(0, deviation, shape))
        values[name + ".bias"] = exact16(random.normal(0, 0.5, shape[0]))
    return values


def update(values, velocity, gradients, rule, rate):
    """v := m v - decay rate w - rate dw; w := w + v; biases with their own rate and decay."""
    for name, gradient in gradients.items():
        bias = name.endswith(".bias")
        own = rate * rule["bias_rate_factor"] if bias else rate
        decay = 0 if bias and not rule["bias_decay"] else rule["weight_decay"]
        velocity[name] = rule["momentum"] * velocity[name] - decay * own * values[name] - own * gradient
        values[name] = values[name] + velocity[name]


def train(table, first, x, labels, rule):
    """Logits, losses and the first gradients of STEPS steps on one batch."""
    values = dict(first)
    velocity = {name: torch.zeros_like(value) for name, value in values.items()}
    seen = []
    for step in range(STEPS):
        leaves = {name: value.clone().requires_grad_() for name, value in values.items()}
        logits = Pass(table, leaves, rule["seed"], step).logits(x)
        loss = F.cross_entropy(logits, labels)
        gradients = dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values()))))
        seen.append((logits.detach(), loss.item(), gradients))
        rate = rule["rate"] * (rule["drop_factor"] if step >= DROP_AT else 1)
        update(values, velocity, gradients, rule, rate)
    return seen[0][0], [loss for _, loss, _ in seen], seen[0][2]


# --- files ------------------------------------------------------------------------------------------------------------


def write(name, metadata, tensors):
    """A safetensors file: the header's length, a JSON header, the values; tensors are (values, numpy type)."""
    names = {np.float16: "F16", np.float32: "F32"}
    header = {"__metadata__": {key: json.dumps(value) for key, value in metadata.items()}}
    data = b""
    for key, (values, kind) in tensors.items():
        part = np.ascontiguousarray(values, dtype=kind).tobytes()
        place = [len(data), len(data) + len(part)]
        header[key] = {"dtype": names[kind], "shape": list(np.shape(values)), "data_offsets": place}
        data += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    path = GOLDEN / (name + ".safetensors")
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    print(f"{path.name}: {path.stat().st_size:,} bytes")


def golden(name, table, random, x, labels, groups, flat, rule, maps=MAPS):
    first = start(random, groups, flat, maps)
    logits, losses, gradients = train(table, first, x, labels, rule)
    probabilities = Pass(table, first, rule["seed"], None).logits(x).softmax(1)
    tensors = {"start." + key: (value, np.float16) for key, value in first.items()}
    tensors |= {"gradient." + key: (value, np.float32) for key, value in gradients.items()}
    tensors |= {key: (value, np.float32) for key, value in
                {"logits": logits, "probabilities": probabilities, "losses": losses}.items()}  # fmt: skip
    write(name, {"torch": torch.__version__, "drop_at": DROP_AT} | rule, tensors)
    print("  losses", *(f"{loss:.4f}" for loss in losses))
    print("  deviation of gradients", *(f"{key[:-7]} {value.std():.1e}" for key, value in gradients.items()
                                        if key.endswith(".weight")))  # fmt: skip


def check_formulas():
    """The norm across channels is PyTorch's own where that has it: in a single tower."""
    x = 100 * torch.randn(2, 8, 4, 4, dtype=torch.float64)
    own = F.local_response_norm(x, 5, alpha=1e-4, beta=0.75, k=2)
    assert torch.allclose(norm(1)(x), own, rtol=1e-12)


def main():
    torch.manual_seed(2012)
    check_formulas()
    GOLDEN.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(2012)
    x = pictures(random)
    labels = torch.tensor([3, 0, 7])
    write("pictures", {}, {"pictures": (x, np.float16), "labels": (labels, np.float32)})
    source = {"momentum": 0.9, "weight_decay": 0.5, "bias_rate_factor": 2, "bias_decay": False, "drop_factor": 0.1}
    plain = {"momentum": 0.8, "weight_decay": 0.5, "bias_rate_factor": 1, "bias_decay": True, "drop_factor": 0.2}
    golden("paper", PAPER, random, x, labels, 2, MAPS * 4, source | {"seed": 145, "rate": 0.0005})
    golden("original", ORIGINAL, random, x, labels, 2, MAPS * 4, source | {"seed": -145, "rate": 0.002})
    golden("torchvision", TORCHVISION, random, x, labels, 1, MAPS, plain | {"seed": 2014, "rate": 0.00002})
    golden("wide", PAPER, random, x, labels, 2, WIDE_MAPS * 4, source | {"seed": 64, "rate": 0.0005}, WIDE_MAPS)


if __name__ == "__main__":
    main()
