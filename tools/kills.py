#!/usr/bin/env python3
"""Disturbs trainings on several ranks at random instants, and checks that each ends with the bits of an undisturbed one.

    python3 tools/kills.py FOLDER [COUNT [SEED]]

Each trial starts 2, 3 or 4 ranks on the embedded sample, that share batches, exchange factors or have a tower each, and kills or freezes a rank, or
kills the launcher and starts the run again with --resume. It prints a line a trial, and ends with code 1 if the weights of one
differ, one takes too long, or a process is left after six seconds. You may remove FOLDER afterwards.
"""
import hashlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ALEXNET = pathlib.Path(__file__).resolve().parent.parent / "alexnet"
STEPS = 60
SETTINGS = ["--recipe", "quickstart", "--epochs", "2", "--max-steps", str(STEPS), "--threads", "1", "--progress", "none",
            "--set", "checkpoints.every_steps=5", "--set", "network.width=0.06", "--set", "batch=16", "--rank-timeout", "10"]
LIMIT = 300
ORPHANS = 6


def launch(ranks, arguments):
    messages = tempfile.TemporaryFile()  # a pipe would fill
    process = subprocess.Popen([ALEXNET, "launch", "--processes", str(ranks), "train", *arguments],
                               stdout=subprocess.DEVNULL, stderr=messages, start_new_session=True)
    process.messages = messages
    return process


def message(process):
    process.messages.seek(0)
    return process.messages.read().decode()


def start(ranks, parallel, runs):
    return launch(ranks, [*SETTINGS, "--set", f"parallel={parallel}", "--runs", str(runs)])


def processes(runs):
    """The Java processes that name this folder, by process id: the rank, or None for the launcher."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_bytes()
            if str(runs).encode() not in command or b"java" not in command.split(b"\0")[0]:
                continue
            environment = dict(line.split(b"=", 1) for line in (entry / "environ").read_bytes().split(b"\0") if b"=" in line)
            found[int(entry.name)] = int(environment[b"RANK"]) if b"RANK" in environment else None
        except OSError:
            pass  # it has ended
    return found


def weights(runs):
    folder = max(path for path in runs.iterdir() if path.is_dir() and not path.is_symlink())
    last = folder / "checkpoints" / f"step-{STEPS:08d}"
    return [hashlib.sha256((last / name).read_bytes()).hexdigest() for name in ("model.safetensors", "momentum.safetensors")]


def wait_for_checkpoint(runs, process):
    while process.poll() is None and not list(runs.glob("2*/checkpoints/step-*/state.json")):
        time.sleep(0.05)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    draw = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    undisturbed = {}
    wrong = late = 0
    for trial in range(count):
        parallel = draw.choice(["data", "factors", "towers"])
        ranks = 2 if parallel == "towers" else draw.choice([2, 3, 4])
        if (parallel, ranks) not in undisturbed:
            runs = root / f"undisturbed-{parallel}-{ranks}"
            process = start(ranks, parallel, runs)
            began = time.time()
            if process.wait(LIMIT) != 0:
                sys.exit(message(process))
            undisturbed[parallel, ranks] = (weights(runs), time.time() - began)
        expected, seconds = undisturbed[parallel, ranks]
        what = draw.choice(["kill", "kill", "freeze", "launcher"])
        victim = draw.randrange(ranks)
        runs = root / f"trial-{trial}"
        process = start(ranks, parallel, runs)
        began = time.time()
        wait_for_checkpoint(runs, process)
        time.sleep(draw.random() * seconds / 3)
        alive = processes(runs)
        chosen = [pid for pid, rank in alive.items() if rank == (None if what == "launcher" else victim)]
        note = ""
        for pid in chosen[:1]:
            os.kill(pid, signal.SIGSTOP if what == "freeze" else signal.SIGKILL)
        if what == "launcher" and chosen:
            process.wait(LIMIT)
            time.sleep(ORPHANS)
            if processes(runs):
                note = "processes are left after the launcher"
            process = launch(ranks, ["--resume", str(runs / "latest"), "--max-steps", str(STEPS), "--threads", "1",
                                     "--progress", "none", "--rank-timeout", "10"])
        try:
            code = process.wait(LIMIT)
            if code != 0:
                note = f"code {code}: {message(process).strip().splitlines()[-1:]}"
            elif weights(runs) != expected:
                note = "other bits"
        except subprocess.TimeoutExpired:
            note = f"not done after {LIMIT} s"
            os.killpg(process.pid, signal.SIGKILL)
        time.sleep(0.5)
        if not note and processes(runs):
            time.sleep(ORPHANS)
            note = "processes are left" if processes(runs) else ""
        wrong += note != ""
        late += not chosen
        print(f"{trial}: {ranks} ranks, {parallel}, {what} {victim if what != 'launcher' else ''}"
              f"{'' if chosen else ' (too late)'}: {note or 'same bits'}, {time.time() - began:.0f} s", flush=True)
    print(f"{count} trials, {wrong} wrong, {late} disturbed too late")
    sys.exit(1 if wrong or late == count else 0)


if __name__ == "__main__":
    main()
