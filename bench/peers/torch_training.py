"""The paper's network as its user writes it in PyTorch: a side of net.alexnet.bench.PeerBenchmark.

    python torch_training.py FILE               parameters under PyTorch's names, pictures and labels, as safetensors
    python torch_training.py FILE bfloat16      as an expert tunes it for processors with units for bfloat16
"""

import contextlib
import copy
import platform
import sys

import torch
import torch.nn.functional as F
from torch import nn

import turns


class ResponseNorm(nn.Module):
    """Each tower by itself; PyTorch divides alpha by the size, as the paper's source does."""

    def forward(self, x):
        return torch.cat([F.local_response_norm(tower, 5, alpha=1e-4, beta=0.75, k=2) for tower in x.chunk(2, 1)], 1)


class BandedNorm(nn.Module):
    """The sums over neighboring channels as a product with a matrix that has a band along its diagonal, and the power .75 by
    two roots."""

    def __init__(self, channels):
        super().__init__()
        tower = torch.full((channels // 2, channels // 2), 1e-4 / 5).tril(2).triu(-2)
        self.band = torch.block_diag(tower, tower)

    def forward(self, x):
        pixels = x.permute(0, 2, 3, 1)
        sums = torch.mm(pixels.square().reshape(-1, x.shape[1]), self.band.to(x.dtype))
        root = (sums.view(pixels.shape).permute(0, 3, 1, 2) + 2).rsqrt()
        return x * (root * root.sqrt())


class Net(nn.Module):
    def __init__(self, tuned):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, 11, stride=4)
        self.conv2 = nn.Conv2d(96, 256, 5, padding=2, groups=2)
        self.conv3 = nn.Conv2d(256, 384, 3, padding=1)
        self.conv4 = nn.Conv2d(384, 384, 3, padding=1, groups=2)
        self.conv5 = nn.Conv2d(384, 256, 3, padding=1, groups=2)
        self.fc6 = nn.Linear(256 * 6 * 6, 4096)
        self.fc7 = nn.Linear(4096, 4096)
        self.fc8 = nn.Linear(4096, 1000)
        self.norm1 = BandedNorm(96) if tuned else ResponseNorm()
        self.norm2 = BandedNorm(256) if tuned else ResponseNorm()
        self.relu = nn.ReLU(inplace=tuned)
        self.pool = nn.MaxPool2d(3, 2)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        x = F.pad(x, (0, 3, 0, 3))
        x = self.pool(self.norm1(self.relu(self.conv1(x))))
        x = self.pool(self.norm2(self.relu(self.conv2(x))))
        x = self.relu(self.conv3(x))
        x = self.relu(self.conv4(x))
        x = self.pool(self.relu(self.conv5(x)))
        x = self.drop(self.relu(self.fc6(x.flatten(1))))
        x = self.drop(self.relu(self.fc7(x)))
        return self.fc8(x)


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
