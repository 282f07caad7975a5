"""The paper's network as this project exports it, in a program for inference: a side of net.alexnet.bench.PeerBenchmark.

    python inference.py ENGINE NETWORK.onnx FILE     ENGINE: onnxruntime, openvino, openvino-bfloat16;
                                                     FILE: pictures and labels, as safetensors
"""

import os
import platform
import sys

import numpy

import turns


class OnnxRuntime:
    def __init__(self, path):
        import onnxruntime
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = os.cpu_count()
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.input = self.session.get_inputs()[0].name
        self.version = f"onnxruntime {onnxruntime.__version__}"

    def probabilities(self, pictures):
        return self.session.run(None, {self.input: pictures})[0]


class OpenVino:
    """Compiled for each size of a batch, as OpenVINO's own benchmark does."""

    def __init__(self, path, precision):
        import openvino
        self.core = openvino.Core()
        if precision == "bf16" and "BF16" not in self.core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"):
            raise RuntimeError("this processor has no units for bfloat16")
        self.model = self.core.read_model(path)
        self.settings = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY",
                         "INFERENCE_NUM_THREADS": os.cpu_count()}
        self.compiled = {}
        self.version = f"OpenVINO {openvino.__version__}, {precision}"

    def probabilities(self, pictures):
        batch = len(pictures)
        if batch not in self.compiled:
            self.model.reshape([batch, *pictures.shape[1:]])
            self.compiled[batch] = self.core.compile_model(self.model, "CPU", self.settings).create_infer_request()
        return self.compiled[batch].infer([pictures], share_inputs=True, share_outputs=True)[0]


class Program:
    def __init__(self, engine, network, path):
        tensors = turns.read(path)
        self.pictures = tensors["pictures"]
        self.labels = tensors["labels"].astype(int)
        self.engine = (OnnxRuntime(network) if engine == "onnxruntime"
                       else OpenVino(network, "bf16" if engine.endswith("bfloat16") else "f32"))

    def describe(self):
        return f"{self.engine.version}, {os.cpu_count()} threads, Python {platform.python_version()}"

    def infer(self, batch):
        return float(self.engine.probabilities(self.pictures[:batch]).sum()) / batch

    def check(self):
        probabilities = self.engine.probabilities(self.pictures)
        return [-float(numpy.log(probabilities[numpy.arange(len(self.labels)), self.labels]).mean())]


turns.serve(Program(*sys.argv[1:]))
