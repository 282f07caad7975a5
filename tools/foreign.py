#!/usr/bin/env python3
"""Writes the small files of weights by PyTorch and onnx that core's tests read.

    pip install torch==2.10.0 onnx onnxscript numpy safetensors && python tools/foreign.py

writes interop/src/test/resources/weights/{pytorch,onnx}/; beside every set lies expected.safetensors with the values as their
own library sees them. Names in it are FILE:TENSOR.
"""

import collections
import os
from pathlib import Path

import numpy as np
import onnx
import safetensors.numpy
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

RESOURCES = Path(__file__).resolve().parent.parent / "interop/src/test/resources/weights"


class Net(nn.Module):
    """A net of AlexNet's kinds of layers: convolution by groups, then dense."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 6, 3, groups=2))
        self.classifier = nn.Linear(24, 5)

    def forward(self, x):
        return self.classifier(torch.flatten(self.features(x), 1))


class Malice:
    def __reduce__(self):
        return os.system, ("echo executed",)


def pytorch(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(2012)
    net = Net()
    state = net.state_dict()
    expected = {}

    def save(name, saved, tensors, **options):
        torch.save(saved, folder / name, **options)
        for key, value in tensors.items():
            expected[f"{name}:{key}"] = value.detach().float().contiguous().numpy().copy()

    legacy = {"_use_new_zipfile_serialization": False}
    save("zip.pth", state, state)
    save("legacy.pth", state, state, **legacy)
    save("protocol4.pth", state, state, pickle_protocol=4)
    save("legacy4.pth", state, state, pickle_protocol=4, **legacy)

    typed = collections.OrderedDict(
        half=torch.randn(3, 2).half(),
        bfloat=torch.randn(5).bfloat16(),
        double=torch.randn(2, 2, dtype=torch.float64),
        scalar=torch.tensor(7.5),
    )
    whole = {"batches": torch.tensor([1, 2]), "empty": torch.zeros(0, 3)}
    save("types.pth", {**typed, **whole}, typed)
    save("types-legacy.pth", {**typed, **whole}, typed, **legacy)

    base = torch.arange(48, dtype=torch.float32)
    views = {
        "base": base,
        "tail": base[40:],
        "transposed": base.view(6, 8).t(),
        "steps": base.view(4, 12)[1:3, ::5],
        "channels_last": torch.randn(2, 3, 4, 5).to(memory_format=torch.channels_last),
        "expanded": torch.tensor([[1.0], [2.0]]).expand(2, 3),
        "parameter": nn.Parameter(torch.randn(3)),
        "half_transposed": torch.randn(3, 2).half().t(),
    }
    save("views.pth", views, views)
    save("views-legacy.pth", views, views, **legacy)

    # as pytorch/examples' main.py saves AlexNet: only the features are in a DataParallel
    wrapped = {key.replace("features.", "features.module."): value for key, value in state.items()}
    optimizer = torch.optim.SGD(net.parameters(), 0.1, momentum=0.9)
    net(torch.randn(1, 3, 6, 6)).sum().backward()
    optimizer.step()
    state = net.state_dict()
    checkpoint = {
        "epoch": 90,
        "arch": "alexnet",
        "state_dict": wrapped,
        "best_acc1": torch.tensor(56.5),
        "optimizer": optimizer.state_dict(),
    }
    save("checkpoint.pth", checkpoint, state)
    save("parallel.pth", nn.DataParallel(net).state_dict(), state)
    save("compiled.pt", {"model": {"_orig_mod." + key: value for key, value in state.items()}}, state)

    torch.save({"weight": torch.ones(2), "x": Malice()}, folder / "malice.pth")
    torch.save({"weight": torch.ones(2), "x": Malice()}, folder / "malice-legacy.pth", **legacy)
    torch.save(nn.Linear(2, 2), folder / "module.pth")
    torch.jit.save(torch.jit.script(nn.Linear(2, 2)), folder / "script.pt")
    safetensors.numpy.save_file(expected, folder / "expected.safetensors")


def onnx_files(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(2012)
    net = Net().eval()
    x = torch.randn(1, 3, 6, 6)
    torch.onnx.export(net, (x,), folder / "exported.onnx", dynamo=False)
    torch.onnx.export(net, (x,), folder / "external.onnx", dynamo=True, external_data=True, verbose=False)

    rng = np.random.default_rng(2012)
    values = {name: rng.standard_normal(6).astype("f4") for name in ("typed", "raw", "double", "half", "half_typed",
                                                                      "bfloat", "bfloat_typed", "constant")}

    halves = values["half_typed"].astype("f2")
    brains = (values["bfloat"].view("u4") >> 16).astype("u2")
    brains_typed = (values["bfloat_typed"].view("u4") >> 16).astype("u2")

    def tensor(name, kind, raw=None, **fields):
        made = TensorProto(name=name, data_type=kind, dims=[2, 3])
        if raw is not None:
            made.raw_data = raw
        for field, numbers in fields.items():
            getattr(made, field).extend(numbers)
        return made

    tensors = [
        tensor("typed", TensorProto.FLOAT, float_data=values["typed"].tolist()),
        tensor("raw", TensorProto.FLOAT, values["raw"].tobytes()),
        tensor("double", TensorProto.DOUBLE, double_data=values["double"].astype("f8").tolist()),
        tensor("half", TensorProto.FLOAT16, values["half"].astype("f2").tobytes()),
        tensor("half_typed", TensorProto.FLOAT16, int32_data=halves.view("u2").tolist()),
        tensor("bfloat", TensorProto.BFLOAT16, brains.tobytes()),
        tensor("bfloat_typed", TensorProto.BFLOAT16, int32_data=brains_typed.tolist()),
        numpy_helper.from_array(np.array([2, -1], "i8"), "extents"),
    ]
    constant = helper.make_node("Constant", [], ["constant"], value=numpy_helper.from_array(
        values["constant"].reshape(2, 3), "inner name"))
    gemm = helper.make_node("Gemm", ["x", "typed"], ["y"], name="fc8", transB=1, alpha=1.0)
    graph = helper.make_graph(
        [constant, gemm], "by hand",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 2])], tensors)
    model = helper.make_model(graph, producer_name="by hand")
    helper.set_model_props(model, {"net": "paper", "größe": "klein"})
    onnx.checker.check_model(model)
    onnx.save(model, folder / "hand.onnx")

    expected = {}
    for name in ("exported.onnx", "external.onnx", "hand.onnx"):
        loaded = onnx.load(folder / name)
        found = {made.name: made for made in loaded.graph.initializer}
        found |= {node.output[0]: node.attribute[0].t for node in loaded.graph.node if node.op_type == "Constant"}
        for key, made in found.items():
            array = numpy_helper.to_array(made)
            if made.data_type in (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16, TensorProto.DOUBLE):
                expected[f"{name}:{key}"] = np.ascontiguousarray(array.astype("f4"))
    safetensors.numpy.save_file(expected, folder / "expected.safetensors")


if __name__ == "__main__":
    pytorch(RESOURCES / "pytorch")
    onnx_files(RESOURCES / "onnx")
