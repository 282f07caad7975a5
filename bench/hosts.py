#!/usr/bin/env python3
"""Measures training on two hosts, as two network namespaces of this machine with one core each, beside PyTorch's DDP.

    bench/hosts.py PICTURES [--python VENV] [--gigabits 1,10] [--steps 10] [--rounds 3] [--out FILE.md]

PICTURES is a folder for `train --data`, or a prepared one. Each host has one rank of the paper's network with 128
pictures a step; the link between them has the given rate in both directions (tbf). The efficiency is the rate of both
ranks over that of two processes that train at the same time, each by itself: cores of one machine share its memory.
VENV is made by bench/peers/install.sh; without it PyTorch is left out. It needs Linux, the commands ip and tc
(Debian's iproute2) and util-linux, and no root. Nothing else may run on the machine.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
ADDRESSES = ["10.77.3.1", "10.77.3.2"]
BATCH = 128
FIRST = 3  # the steps before it are warm-up


class Hosts:
    """Two network namespaces with a link: this process's own, and that of a child that sleeps."""

    def __init__(self):
        self.other = subprocess.Popen(["unshare", "-n", "sleep", "infinity"])
        run("ip", "link", "set", "lo", "up")
        for _ in range(100):
            if os.readlink(f"/proc/{self.other.pid}/ns/net") != os.readlink("/proc/self/ns/net"):
                break
            subprocess.run(["sleep", "0.05"], check=True)
        run("ip", "link", "add", "hosta", "type", "veth", "peer", "name", "hostb")
        run("ip", "link", "set", "hostb", "netns", str(self.other.pid))
        for number, device in enumerate(["hosta", "hostb"]):
            self.on(number, "ip", "addr", "add", f"{ADDRESSES[number]}/24", "dev", device)
            self.on(number, "ip", "link", "set", device, "up")
        self.on(1, "ip", "link", "set", "lo", "up")

    def command(self, number, *words):
        """A command on a host, on its own core."""
        inside = ["nsenter", "-t", str(self.other.pid), "-n"] if number else []
        return [*inside, "taskset", "-c", str(number), *map(str, words)]

    def on(self, number, *words):
        run(*self.command(number, *words))

    def limit(self, gigabits):
        for number, device in enumerate(["hosta", "hostb"]):
            subprocess.run(self.command(number, "tc", "qdisc", "del", "dev", device, "root"), stderr=subprocess.DEVNULL)
            self.on(number, "tc", "qdisc", "add", "dev", device, "root", "tbf", "rate", f"{gigabits}gbit", "burst",
                    "1mb", "latency", "50ms")

    def close(self):
        self.other.kill()


def run(*words):
    subprocess.run(words, check=True)


def both(commands, environments=({}, {})):
    """Runs a command on each host, and returns what they printed."""
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env={**os.environ, **environment})
               for command, environment in zip(commands, environments)]
    ends = [process.communicate() for process in running]
    for process, (out, err) in zip(running, ends):
        if process.returncode:
            sys.exit(f"{' '.join(process.args)} ended with {process.returncode}:\n{out[-2000:]}{err[-2000:]}")
    return [out for out, _ in ends]


def train(pictures, folder, steps, batch, wire=None):
    words = [ROOT / "alexnet", "train", "--recipe", "paper", "--data", pictures, "--runs", folder, "--threads", 1,
             "--max-steps", steps, "--progress", "none", "--set", f"batch={batch}", "--set", "monitor.log_every_steps=1"]
    return words + (["--wire", wire] if wire else [])


def rate(folder):
    """Pictures a second, the median of the steps after the warm-up."""
    log = next(folder.glob("*/log.jsonl"))
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return statistics.median(line["images_per_second"] for line in lines
                             if line["kind"] == "step" and line["step"] > FIRST)


def alone(arguments, hosts, folder, processes):
    """Pictures a second of all processes, each of which trains by itself."""
    folders = [folder / str(number) for number in range(processes)]
    both([hosts.command(number, *train(arguments.pictures, folders[number], arguments.steps, BATCH))
          for number in range(processes)])
    return sum(map(rate, folders))


def ours(arguments, hosts, folder, wire):
    launch = [ROOT / "alexnet", "launch", "--processes", 1, "--nodes", 2, "--master", f"{ADDRESSES[0]}:29511", "--node"]
    both([hosts.command(number, *launch, number,
                        *train(arguments.pictures, folder, arguments.steps, 2 * BATCH, wire)[1:])
          for number in range(2)])
    return rate(folder)


def peer(arguments, hosts, processes, wire):
    """The same by PyTorch; each process by itself where there is no wire."""
    program = [arguments.python / "bin/python", ROOT / "bench/peers/torch_hosts.py", arguments.steps, FIRST, wire]
    world = 1 if wire == "none" else processes
    environments = [{"RANK": str(number), "WORLD_SIZE": str(world), "MASTER_ADDR": ADDRESSES[0],
                     "MASTER_PORT": "29512", "OMP_NUM_THREADS": "1",
                     "GLOO_SOCKET_IFNAME": "hostb" if number else "hosta"} for number in range(processes)]
    outs = both([hosts.command(number, *program) for number in range(processes)], environments)
    rates = [float(re.search(r"RATE (\S+)", out)[1]) for out in outs]
    return sum(rates) if wire == "none" else rates[0]


def measure(arguments, hosts):
    readings = {}

    def read(name, value):
        readings.setdefault(name, []).append(value)
        print(name, f"{value:.1f}", file=sys.stderr)

    for round in range(arguments.rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            read("one process alone, pictures/s", alone(arguments, hosts, folder / "one", 1))
            apart = alone(arguments, hosts, folder / "two", 2)
            read("two processes, each by itself, pictures/s", apart)
            if arguments.python:
                others = peer(arguments, hosts, 2, "none")
                read("PyTorch, two processes, each by itself, pictures/s", others)
            for gigabits in arguments.gigabits:
                hosts.limit(gigabits)
                for wire in ("float32", "bfloat16"):
                    pair = ours(arguments, hosts, folder / f"{gigabits}-{wire}", wire)
                    read(f"{gigabits} Gb/s, {wire}, %", 100 * pair / apart)
                    if arguments.python:
                        pair = peer(arguments, hosts, 2, wire)
                        read(f"{gigabits} Gb/s, PyTorch DDP, {wire}, %", 100 * pair / others)
    lines = ["| | median (spread) |", "|---|---|"]
    for name, values in readings.items():
        lines.append(f"| {name} | {statistics.median(values):.1f} ({min(values):.1f} to {max(values):.1f}) |")
    text = "\n".join(lines) + "\n"
    print(text)
    if arguments.out:
        arguments.out.write_text(text)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("pictures", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--python", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("--gigabits", type=lambda text: [int(one) for one in text.split(",")], default=[1, 10])
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=pathlib.Path)
    arguments = parser.parse_args()
    for tool in ("ip", "tc", "unshare", "nsenter", "taskset"):
        if not shutil.which(tool):
            sys.exit(f"hosts: the command {tool} is missing; install iproute2 and util-linux")
    if "ALEXNET_HOSTS" not in os.environ:  # again, as the root of a namespace of its own
        os.environ["ALEXNET_HOSTS"] = "1"
        os.execvp("unshare", ["unshare", "-Urn", sys.executable, *sys.argv])
    hosts = Hosts()
    try:
        measure(arguments, hosts)
    finally:
        hosts.close()


main()
