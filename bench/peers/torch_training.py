"""The network of torch_network.py: a side of net.alexnet.bench.PeerBenchmark.

    python torch_training.py FILE               parameters under PyTorch's names, pictures and labels, as safetensors
    python torch_training.py FILE bfloat16      as an expert tunes it for processors with units for bfloat16
"""

import contextlib
import copy
import platform
import sys

import torch
import torch.nn.functional as F

import turns
from torch_network import Net


class Program:
    def __init__(self, path, tuned):
        self.tuned = tuned
        self.fixed = None
        tensors = {name: torch.from_numpy(values) for name, values in turns.read(path).items()}
        self.pictures = tensors.pop("pictures")
        self.labels = tensors.pop("labels").long()
        self.net = Net(tuned)
        self.net.load_state_dict(tensors)
        if tuned:
            self.net.to(memory_format=torch.channels_last)
            self.pictures = self.pictures.contiguous(memory_format=torch.channels_last)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.001, momentum=0.9, weight_decay=0.0005,
                                         fused=tuned)

    def rounded(self):
        return torch.autocast("cpu", dtype=torch.bfloat16) if self.tuned else contextlib.nullcontext()

    def describe(self):
        return f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, Python {platform.python_version()}"

    def step(self, batch):
        self.optimizer.zero_grad()
        with self.rounded():
            loss = F.cross_entropy(self.net(self.pictures[:batch]), self.labels[:batch])
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def train(self, batch):
        self.net.train()
        return self.step(batch)

    def infer(self, batch):
        self.net.eval()
        if self.tuned and self.fixed is None:  # autocast would round the weights again in every pass
            self.fixed = copy.deepcopy(self.net).bfloat16()
        net = self.fixed or self.net
        with torch.inference_mode():
            return net(self.pictures[:batch].to(net.fc8.weight.dtype)).float().softmax(1).sum().item() / batch

    def check(self):
        self.net.eval()
        with torch.inference_mode(), self.rounded():
            deviation = self.net(self.pictures).float().square().mean().sqrt().item()
        return self.step(len(self.labels)), deviation, self.step(len(self.labels))


turns.serve(Program(sys.argv[1], sys.argv[2:] == ["bfloat16"]))
