"""The paper's network trained by PyTorch's DistributedDataParallel on Gloo, for bench/hosts.py: noise pictures, 128 a rank.

    python torch_hosts.py STEPS WARM_UP none|float32|bfloat16      with torchrun's environment variables
"""
import datetime
import os
import statistics
import sys
import time

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch.distributed.algorithms.ddp_comm_hooks import default_hooks

from torch_network import Net

BATCH = 128
steps, first, wire = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
world = int(os.environ["WORLD_SIZE"])
torch.set_num_threads(1)
torch.manual_seed(1)
net = Net(tuned=True).to(memory_format=torch.channels_last)
if world > 1:
    dist.init_process_group("gloo", timeout=datetime.timedelta(seconds=120))
    net = torch.nn.parallel.DistributedDataParallel(net)
    if wire == "bfloat16":
        net.register_comm_hook(None, default_hooks.bf16_compress_hook)
optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9, weight_decay=0.0005, fused=True)
pictures = torch.randn(BATCH, 3, 224, 224).contiguous(memory_format=torch.channels_last)
labels = torch.randint(1000, (BATCH,))
times = []
for _ in range(steps):
    start = time.perf_counter()
    optimizer.zero_grad()
    F.cross_entropy(net(pictures), labels).backward()
    optimizer.step()
    times.append(time.perf_counter() - start)
print("RATE", world * BATCH / statistics.median(times[first:]))
if world > 1:
    dist.destroy_process_group()
