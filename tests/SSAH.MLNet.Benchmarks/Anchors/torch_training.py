"""The default H-Net in Python's PyTorch, forward, backward and SGD step: the anchor of `bench training`.

usage: torch_training.py float32|bfloat16 IMAGES STEPS REPEATS [--device cpu|cuda|cuda:N] [--compile]
prints: seconds MEDIAN version VERSION
One repeat is STEPS steps on IMAGES images of noise; the median of the repeats is printed. A GPU is waited for around each repeat. --compile runs the
network through torch.compile (PyTorch 2). float32 is float32: TF32 is off.
"""

import argparse
import statistics
import time

import torch
from torch import nn
from torch.nn import functional


def conv(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.body = nn.Sequential(conv(channels, channels), conv(channels, channels))

    def forward(self, x):
        return x + self.body(x)


class HashNetwork(nn.Module):
    """SmallResNet(32), 48 bits, 10 classes: the layers of BackboneNetwork.SmallResNet and HashNetwork."""

    def __init__(self, width=32, bits=48, classes=10):
        super().__init__()
        w = width
        self.backbone = nn.Sequential(
            conv(3, w), conv(w, 2 * w), nn.MaxPool2d(2), Residual(2 * w), conv(2 * w, 4 * w), nn.MaxPool2d(2),
            conv(4 * w, 8 * w), nn.MaxPool2d(2), Residual(8 * w), nn.AdaptiveMaxPool2d(1), nn.Flatten())
        self.hash = nn.Linear(8 * w, bits, bias=False)
        self.norm = nn.BatchNorm1d(bits, affine=False)
        self.head = nn.Linear(bits, classes)

    def forward(self, x, dtype):
        with torch.autocast(x.device.type, dtype=torch.bfloat16, enabled=dtype == "bfloat16"):
            features = self.backbone(x)
        code = torch.tanh(self.norm(self.hash(features.float())))
        return code, self.head(code)


def pair_loss(code, labels, scale=12):
    similar = (labels[:, None] == labels[None, :]).float()
    theta = code @ code.t() * (scale / code.shape[1])
    return (functional.softplus(theta) - similar * theta).mean()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dtype", choices=["float32", "bfloat16"])
    parser.add_argument("images", type=int)
    parser.add_argument("steps", type=int)
    parser.add_argument("repeats", type=int)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    device = torch.device(options.device)
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    torch.manual_seed(1)
    network = HashNetwork().to(device).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9, nesterov=True)
    forward = torch.compile(network) if options.compile else network
    images = torch.randn(options.images, 3, 32, 32).to(device).contiguous(memory_format=torch.channels_last)
    labels = torch.randint(10, (options.images,)).to(device)

    def run(count):
        for _ in range(count):
            code, logits = forward(images, options.dtype)
            loss = pair_loss(code, labels) + functional.cross_entropy(logits, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    # Kernels are chosen, and compiled, when they are first used.
    run(3 if device.type == "cuda" or options.compile else 1)
    times = []
    for _ in range(options.repeats):
        start = time.perf_counter()
        run(options.steps)
        times.append(time.perf_counter() - start)
    print("seconds", statistics.median(times), "version", torch.__version__)


main()
