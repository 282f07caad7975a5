"""The paper's network as its user writes it in PyTorch, and as an expert tunes it."""
import torch
import torch.nn.functional as F
from torch import nn


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
