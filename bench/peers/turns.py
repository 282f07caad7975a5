"""The protocol of net.alexnet.bench.PeerBenchmark on the side of a program in Python; Turns.java says what it is."""

import json
import sys
import time

import numpy


def read(path):
    """The tensors of a safetensors file of float32, by name."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = numpy.frombuffer(file.read(), dtype="<f4")
    header.pop("__metadata__", None)
    return {name: data[tensor["data_offsets"][0] // 4:tensor["data_offsets"][1] // 4].reshape(tensor["shape"]).copy()
            for name, tensor in header.items()}


def timed(step, seconds):
    start = time.perf_counter()
    steps = 0
    while steps == 0 or time.perf_counter() - start < seconds:
        value = step()
        steps += 1
    return (time.perf_counter() - start) / steps, value


def serve(program):
    """Answers until the input ends. `program` has describe, check, infer(batch) and, if it trains, train(batch)."""
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        verb, *numbers = line.split()
        if verb == "describe":
            answer = program.describe()
        elif verb == "check":
            answer = " ".join(str(value) for value in program.check())
        else:
            step = getattr(program, verb)  # train or infer
            answer = " ".join(str(value) for value in timed(lambda: step(int(numbers[0])), float(numbers[1])))
        print(answer, file=answers, flush=True)
