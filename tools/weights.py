#!/usr/bin/env python3
"""Fixtures that PyTorch made, and a look with PyTorch at what the program exported. Not needed to build, test or run.

    pip install torch torchvision safetensors numpy
    tools/weights.py make  interop/src/test/resources/weights/torchvision
    tools/weights.py onnx  interop/src/test/resources/weights/torchvision     needs onnx onnxscript
    tools/weights.py few   interop/src/test/resources/weights/pytorch
    tools/weights.py check EXPORTED.pth REFERENCE.pth      both of torchvision's alexnet at its full width
    tools/weights.py check EXPORTED.onnx RUN.safetensors   tensors `pictures` and `probabilities`; needs onnx onnxruntime

`make` writes a network with the layers and names of torchvision's alexnet, 8 maps and units wide, in both forms of
torch.save, and its logits for two pictures that a formula gives. `onnx` exports the same network as PyTorch does today
(dynamo.onnx) and as it did before (script.onnx), and writes two graphs of the same weights that compute otherwise: dense.onnx
has fc7 transposed and fc8 as a product and a sum, tanh.onnx has another activation. `few` writes an OrderedDict of small tensors of 0 to 4
axes, so many that its pickle counts beyond 255: what the program writes of them must have the same records.
"""
import sys
from collections import OrderedDict
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import nn

MAPS, CLASSES, SIDE = 8, 7, 224


class Narrow(nn.Module):
    def __init__(self):
        super().__init__()
        m = MAPS
        self.features = nn.Sequential(
            nn.Conv2d(3, m, 11, 4, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(m, m, 5, 1, 2), nn.ReLU(), nn.MaxPool2d(3, 2),
            nn.Conv2d(m, m, 3, 1, 1), nn.ReLU(), nn.Conv2d(m, m, 3, 1, 1), nn.ReLU(),
            nn.Conv2d(m, m, 3, 1, 1), nn.ReLU(), nn.MaxPool2d(3, 2))
        self.avgpool = nn.AdaptiveAvgPool2d(6)
        self.classifier = nn.Sequential(
            nn.Dropout(), nn.Linear(m * 36, m), nn.ReLU(), nn.Dropout(), nn.Linear(m, m), nn.ReLU(), nn.Linear(m, CLASSES))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(2012)
    net = Narrow().eval()
    torch.save(net.state_dict(), folder / "narrow.pth")
    torch.save(net.state_dict(), folder / "narrow-legacy.pth", _use_new_zipfile_serialization=False)
    i = np.arange(2 * 3 * SIDE * SIDE, dtype=np.int64)
    pictures = ((i * 7919 % 2001 - 1000) / np.float32(500)).astype(np.float32)
    with torch.no_grad():
        logits = net(torch.from_numpy(pictures).view(2, 3, SIDE, SIDE))
    save_file({"logits": logits.contiguous()}, folder / "logits.safetensors")


def onnx_files(folder):
    import onnx
    from onnx import helper, numpy_helper
    torch.manual_seed(2012)
    net = Narrow().eval()
    picture = torch.zeros(1, 3, SIDE, SIDE)

    def save(model, name):
        for node in model.graph.node:  # PyTorch writes the traces of its stack there
            del node.metadata_props[:]
            node.doc_string = ""
        del model.graph.value_info[:]
        del model.graph.metadata_props[:]
        onnx.checker.check_model(model)
        onnx.save(model, folder / name)

    exported = torch.onnx.export(net, (picture,), dynamo=True, verbose=False).model_proto
    save(exported, "dynamo.onnx")
    torch.onnx.export(net, (picture,), folder / "script.onnx", dynamo=False)
    script = onnx.load(folder / "script.onnx")
    save(script, "script.onnx")

    def changed(change):
        model = onnx.ModelProto()
        model.CopyFrom(script)
        change(model.graph)
        return model

    def tensor(graph, name):
        return next(one for one in graph.initializer if one.name == name)

    def dense(graph):
        for name in "classifier.4.weight", "classifier.6.weight":
            turned = numpy_helper.to_array(tensor(graph, name)).T.copy()
            tensor(graph, name).CopyFrom(numpy_helper.from_array(turned, name))
        nodes = list(graph.node)
        for i, node in enumerate(nodes):
            if "classifier.4.weight" in node.input:
                del node.attribute[:]
            if "classifier.6.weight" in node.input:
                nodes[i:i + 1] = [
                    helper.make_node("MatMul", [node.input[0], "classifier.6.weight"], ["product"]),
                    helper.make_node("Add", ["product", "classifier.6.bias"], list(node.output))]
        del graph.node[:]
        graph.node.extend(nodes)

    def tanh(graph):
        for node in graph.node:
            node.op_type = node.op_type.replace("Relu", "Tanh")

    save(changed(dense), "dense.onnx")
    save(changed(tanh), "tanh.onnx")


def few(folder):
    tensors = OrderedDict((f"t{i}", torch.arange(2.0 * (i + 1)).reshape(2, i + 1) / 8) for i in range(30))
    tensors["conv"] = torch.arange(6.0).reshape(2, 1, 1, 3) / 8
    tensors["vector"] = torch.arange(300.0) / 8
    tensors["scalar"] = torch.tensor(0.0)
    torch.save(tensors, folder / "few.pth")
    back = torch.load(folder / "few.pth", weights_only=True)
    assert list(back) == list(tensors) and all(torch.equal(back[k], tensors[k]) for k in tensors)


def check_onnx(exported, run):
    import onnx
    import onnxruntime
    from safetensors.numpy import load_file
    onnx.checker.check_model(exported, full_check=True)
    expected = load_file(run)
    session = onnxruntime.InferenceSession(exported, providers=["CPUExecutionProvider"])
    for batch in 1, len(expected["pictures"]):
        found, = session.run(["probabilities"], {"pictures": expected["pictures"][:batch]})
        worst = np.abs(found - expected["probabilities"][:batch]).max()
        print(f"onnx.checker passed; batch {batch}: greatest difference {worst:.2e}, greatest probability {found.max():.4f}")
        if not worst <= 1e-4:
            sys.exit(f"{exported} and {run} differ")


def check(exported, reference):
    import torchvision
    theirs = torch.load(reference, weights_only=True)
    ours = torch.load(exported, weights_only=True)
    torchvision.models.alexnet().load_state_dict(ours, strict=True)
    if list(ours) != list(theirs) or not all(torch.equal(ours[k], theirs[k]) for k in theirs):
        sys.exit(f"{exported} and {reference} differ")
    print(f"{len(ours)} tensors, equal bit for bit; load_state_dict takes them")


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "make":
        make(Path(sys.argv[2]))
    elif len(sys.argv) == 3 and sys.argv[1] == "onnx":
        onnx_files(Path(sys.argv[2]))
    elif len(sys.argv) == 3 and sys.argv[1] == "few":
        few(Path(sys.argv[2]))
    elif len(sys.argv) == 4 and sys.argv[1] == "check" and sys.argv[2].endswith(".onnx"):
        check_onnx(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 4 and sys.argv[1] == "check":
        check(sys.argv[2], sys.argv[3])
    else:
        sys.exit(__doc__)
