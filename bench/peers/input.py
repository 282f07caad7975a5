"""The peer of InputRate: what a PyTorch user writes to feed the same squares to the same network.

    python input.py FOLDER CROP WORKERS BATCH MEAN_IMAGE.npy COLORS.npy

FOLDER holds class folders of prepared squares. COLORS has one row per principal component: its standard deviation times
its vector. Takes a line from standard input for each round and answers with a line: pictures per second over one epoch,
and the mean square of all values of the middle views without noise, by which both sides show that they did the same work.
"""

import sys
import time

import numpy
import torch
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder


class ColorNoise:
    """Section 4.1 of the paper: multiples of the principal components, drawn for each use of a picture."""

    def __init__(self, colors):
        self.colors = colors

    def __call__(self, picture):
        factors = torch.randn(len(self.colors)) * 0.1
        return picture + (factors @ self.colors).view(-1, 1, 1)


class Subtract:
    def __init__(self, mean):
        self.mean = mean

    def __call__(self, picture):
        return picture - self.mean


def main():
    folder, crop, workers, batch = sys.argv[1], *map(int, sys.argv[2:5])
    mean = torch.from_numpy(numpy.load(sys.argv[5])).permute(2, 0, 1).contiguous()
    border = (mean.shape[1] - crop) // 2
    mean = mean[:, border:border + crop, border:border + crop]
    colors = torch.from_numpy(numpy.load(sys.argv[6]))
    to_float = [transforms.PILToTensor(), lambda picture: picture.float()]
    training = transforms.Compose([transforms.RandomCrop(crop), transforms.RandomHorizontalFlip()] + to_float
                                  + [ColorNoise(colors), Subtract(mean)])
    plain = transforms.Compose([transforms.CenterCrop(crop)] + to_float + [Subtract(mean)])
    loader = DataLoader(ImageFolder(folder, training), batch_size=batch, shuffle=True, num_workers=workers,
                        persistent_workers=True, multiprocessing_context="fork")
    middle = sum(float(picture.double().square().mean()) for picture, _ in ImageFolder(folder, plain))
    middle /= len(loader.dataset)
    for _ in sys.stdin:
        start = time.perf_counter()
        count = sum(len(labels) for _, labels in loader)
        print(count / (time.perf_counter() - start), middle, flush=True)


main()
