#!/bin/sh
# Makes a virtual environment with the Python peers of net.alexnet.bench.PeerBenchmark: PyTorch, Keras on TensorFlow,
# onnxruntime and OpenVINO.
#
#   bench/peers/install.sh DIR        then: bench/compare --python DIR
#
# PYTHON is the interpreter to make it with (3.10 to 3.13; python3). 8 GB: PyPI's PyTorch for Linux is the CUDA build, and
# does not load without NVIDIA's libraries, though it computes on the CPU here. Nothing is written outside DIR but pip's
# cache. What cannot be installed is said; the other works without it.
set -eu
if [ $# -ne 1 ]; then
    echo "usage: bench/peers/install.sh DIR" >&2
    exit 2
fi
"${PYTHON:-python3}" -m venv "$1"
# torch: the version of our own libtorch
for peer in torch==2.10.0 "tensorflow-cpu==2.21.0 keras==3.15.1" onnxruntime==1.32.0 openvino==2026.4.0; do
    # shellcheck disable=SC2086  # the packages are words
    "$1/bin/python" -m pip install -q --disable-pip-version-check numpy $peer || echo "install: no $peer" >&2
done
