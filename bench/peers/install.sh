#!/bin/sh
# Makes a virtual environment with the Python peers of net.alexnet.bench.Comparison: PyTorch, and Keras on TensorFlow.
#
#   bench/peers/install.sh DIR        then: bench/compare --python DIR
#
# PYTHON is the interpreter to make it with (3.10 to 3.13; python3). Nothing is written outside DIR but pip's cache.
# PyPI's PyTorch for Linux is the CUDA build. Its dependencies on NVIDIA's libraries (3 GB) are left out where it loads
# without them, as it computes on the CPU here. What could not be installed is said at the end; the rest works.
set -eu
if [ $# -ne 1 ]; then
    echo "usage: bench/peers/install.sh DIR" >&2
    exit 2
fi
"${PYTHON:-python3}" -m venv "$1"
install() { "$1/bin/python" -m pip install --quiet --disable-pip-version-check "${@:2}"; }
