"""The paper's network as its user writes it in PyTorch: a side of net.alexnet.bench.PeerBenchmark.

    python torch_training.py FILE        parameters under PyTorch's names, pictures and labels, as safetensors
"""

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


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, 11, stride=4)
        self.conv2 = nn.Conv2d(96, 256, 5, padding=2, groups=2)
        self.conv3 = nn.Conv2d(256, 384, 3, padding=1)
        self.conv4 = nn.Conv2d(384, 384, 3, padding=1, groups=2)
        self.conv5 = nn.Conv2d(384, 256, 3, padding=1, groups=2)
        self.fc6 = nn.Linear(256 * 6 * 6, 4096)
        self.fc7 = nn.Linear(4096, 4096)
        self.fc8 = nn.Linear(4096, 1000)
        self.norm = ResponseNorm()
        self.pool = nn.MaxPool2d(3, 2)
        self.drop = nn.Dropout(0.5)

    def forward(self, x):
        x = F.pad(x, (0, 3, 0, 3))
        x = self.pool(self.norm(F.relu(self.conv1(x))))
        x = self.pool(self.norm(F.relu(self.conv2(x))))
        x = F.relu(self.conv3(x))
        x = F.relu(self.conv4(x))
        x = self.pool(F.relu(self.conv5(x)))
        x = self.drop(F.relu(self.fc6(x.flatten(1))))
        x = self.drop(F.relu(self.fc7(x)))
        return self.fc8(x)


class Program:
    def __init__(self, path):
        tensors = {name: torch.from_numpy(values) for name, values in turns.read(path).items()}
        self.pictures = tensors.pop("pictures")
        self.labels = tensors.pop("labels").long()
        self.net = Net()
        self.net.load_state_dict(tensors)
        self.optimizer = torch.optim.SGD(self.net.parameters(), lr=0.001, momentum=0.9, weight_decay=0.0005)

    def describe(self):
        return f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads, Python {platform.python_version()}"

    def step(self, batch):
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.net(self.pictures[:batch]), self.labels[:batch])
        loss.backward()
        self.optimizer.step()
        return loss.item()

    def train(self, batch):
        self.net.train()
        return self.step(batch)

    def infer(self, batch):
        self.net.eval()
        with torch.inference_mode():
            return self.net(self.pictures[:batch]).softmax(1).sum().item() / batch

    def check(self):
        self.net.eval()
        with torch.inference_mode():
            deviation = self.net(self.pictures).square().mean().sqrt().item()
        return self.step(len(self.labels)), deviation, self.step(len(self.labels))


turns.serve(Program(sys.argv[1]))
