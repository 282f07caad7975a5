#!/usr/bin/env python3
"""Recomputes the results of `alexnet reproduce` from the files of its runs, with NumPy and SciPy and no code of the product.

    pip install numpy scipy
    python3 tools/claims.py reproduction/

It reads log.jsonl and predicted.csv of every run (and probabilities.safetensors for averages of networks, where it is there),
and compares every figure under `comparison` of claims/*/result.json with its own, but for `more_seeds`. A relative difference above 1e-9 is an error.
"""
import csv
import itertools
import json
import pathlib
import struct
import sys

import numpy
from scipy import stats

TOLERANCE = 1e-9


class Run:
    def __init__(self, folder):
        self.folder = folder
        lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        self.epochs = [line for line in lines if line.get("kind") == "epoch"]
        self.last = self.epochs[-1] if self.epochs else {}
        self.wrong = {}
        if (folder / "predicted.csv").exists():
            with open(folder / "predicted.csv") as file:
                rows = list(csv.DictReader(file))
            truth = numpy.array([int(row["class"]) for row in rows])
            for views in ("one_view", "ten_views"):
                found = numpy.array([int(row[views]) for row in rows])
                self.wrong[views] = 100.0 * (found != truth)

    def probabilities(self, name):
        """A tensor of probabilities.safetensors, or None."""
        path = self.folder / "probabilities.safetensors"
        if not path.exists():
            return None
        data = path.read_bytes()
        size = struct.unpack("<Q", data[:8])[0]
        entry = json.loads(data[8:8 + size])[name]
        begin, end = entry["data_offsets"]
        return numpy.frombuffer(data[8 + size + begin:8 + size + end], "<f4").reshape(entry["shape"])


def interval(difference, variance, freedom):
    half = stats.t.ppf(0.975, freedom) * variance ** 0.5 if variance > 0 else 0.0
    return {"low": difference - half, "high": difference + half}


def satterthwaite(a, a_freedom, b, b_freedom):
    return a_freedom if a + b == 0 else (a + b) ** 2 / (a ** 2 / a_freedom + b ** 2 / b_freedom)


def comparison(difference, variance, freedom, per_picture):
    found = {"difference": difference}
    if variance is not None:
        found["seeds"] = interval(difference, variance, freedom)
        found["detectable"] = (stats.t.ppf(0.975, freedom) + stats.t.ppf(0.8, freedom)) * variance ** 0.5
    if per_picture is not None:
        pictures = per_picture.var(ddof=1) / len(per_picture)
        found["pictures"] = interval(difference, pictures, len(per_picture) - 1)
        if variance is not None:
            found["seeds_and_pictures"] = interval(difference, variance + pictures, satterthwaite(
                variance, freedom, pictures, len(per_picture) - 1))
    return found


def groups(arm, baseline, per_picture):
    difference = numpy.mean(arm) - numpy.mean(baseline)
    if len(arm) < 2 or len(baseline) < 2:
        return comparison(difference, None, None, per_picture)
    a = numpy.var(arm, ddof=1) / len(arm)
    b = numpy.var(baseline, ddof=1) / len(baseline)
    return comparison(difference, a + b, satterthwaite(a, len(arm) - 1, b, len(baseline) - 1), per_picture)


def paired(values, per_picture):
    if len(values) < 2:
        return comparison(numpy.mean(values), None, None, per_picture)
    return comparison(numpy.mean(values), numpy.var(values, ddof=1) / len(values), len(values) - 1, per_picture)


def mean_wrong(runs, views):
    return numpy.mean([run.wrong[views] for run in runs], axis=0)


def average_wrong(runs):
    """For each picture whether the mean of the networks' probabilities is wrong, in percent; None without the files."""
    tables = [run.probabilities("center") for run in runs]
    if any(table is None for table in tables):
        return None
    truth = runs[0].probabilities("labels").astype(int)
    mean = numpy.mean([table.astype("f8") for table in tables], axis=0).astype("f4")
    return 100.0 * (mean.argmax(axis=1) != truth)


def averages(runs, members):
    single = mean_wrong(runs, "one_view")

    def gain(nets):
        wrong = [average_wrong(subset) for subset in itertools.combinations(nets, members)]
        if any(one is None for one in wrong):
            return None
        return mean_wrong(nets, "one_view") - numpy.mean(wrong, axis=0)

    per_picture = gain(runs)
    if per_picture is None:
        return None
    variance = freedom = None
    if len(runs) > members:
        without = [gain([run for run in runs if run is not left]).mean() for left in runs]
        count = len(without)
        variance = numpy.var(without, ddof=1) * (count - 1) ** 2 / count
        freedom = count - 1
    return comparison(per_picture.mean(), variance, freedom, per_picture)


def crossing(run, error):
    before = None
    for line in run.epochs:
        now = line["training_top1_error"]
        if now <= error:
            return line["epoch"] if before is None else line["epoch"] - (error - now) / (before - now)
        before = now
    return None


def recompute(result, root):
    claim = result["claim"]
    arms = {}
    for entry in result["runs"]:
        arms.setdefault(entry["arm"], []).append(Run(root / entry["folder"]))
    if claim == "ten-views":
        runs = arms["baseline"]
        gains = [run.wrong["one_view"].mean() - run.wrong["ten_views"].mean() for run in runs]
        return paired(gains, mean_wrong(runs, "one_view") - mean_wrong(runs, "ten_views"))
    if claim.startswith("ensemble-"):
        return averages(arms["baseline"], int(claim.rsplit("-", 1)[1]))
    if claim.startswith("neighbors-"):
        shares = json.loads((root / result["runs"][0]["folder"] / "neighbors.json").read_text())
        layer, pixels = shares[claim.split("-", 1)[1]], shares["pixels"]
        difference = 100.0 * (layer["share"] - pixels["share"])
        variance = 1e4 * (layer["deviation"] ** 2 + pixels["deviation"] ** 2) / layer["pictures"]
        return {"difference": difference, "pictures": interval(difference, variance, layer["pictures"] - 1)}
    if claim.startswith("relu"):
        kinds = {}
        for kind in ("relu", "tanh"):
            own = {arm: runs for arm, runs in arms.items() if f"-{kind}-" in arm}
            first = {arm: (crossing(runs[0], 0.25) or numpy.inf, runs[0].last.get("training_top1_error", numpy.inf))
                     for arm, runs in own.items()}
            best = min(first, key=first.get)
            crossings = [crossing(run, 0.25) or len(run.epochs) for run in own[best]]
            kinds[kind] = [numpy.log(epoch) for epoch in crossings if epoch]
        return groups(kinds["tanh"], kinds["relu"], None)
    baseline = "long" if "long" in arms else "baseline"
    arm = next(name for name in arms if name != baseline)
    if claim == "weight-decay":
        metric, per_picture = (lambda run: 100.0 * run.last["training_top1_error"]), None
    elif claim == "dropout":
        metric, per_picture = (lambda run: 100.0 * (run.last["top1_error"] - run.last["training_top1_error"])), None
    else:
        metric = lambda run: run.wrong["one_view"].mean()
        per_picture = mean_wrong(arms[arm], "one_view") - mean_wrong(arms[baseline], "one_view")
    return groups([metric(run) for run in arms[arm]], [metric(run) for run in arms[baseline]], per_picture)


def flat(tree, prefix=""):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from flat(value, prefix + key + ".")
        else:
            yield prefix + key, float(value)


def main():
    root = pathlib.Path(sys.argv[1])
    compared = differing = 0
    for path in sorted(root.glob("claims/*/result.json")):
        result = json.loads(path.read_text())
        if "comparison" not in result:
            print(f"{result['claim']}: no result yet")
            continue
        mine = recompute(result, root)
        if mine is None:
            print(f"{result['claim']}: skipped, the runs have no probabilities.safetensors")
            continue
        theirs = dict(flat(result["comparison"]))
        theirs.pop("more_seeds", None)
        ours = dict(flat(mine))
        worst = 0.0
        if theirs.keys() != ours.keys():
            print(f"{result['claim']}: figures {sorted(theirs)} there, {sorted(ours)} here")
            differing += 1
            continue
        for key, value in theirs.items():
            worst = max(worst, abs(value - ours[key]) / max(1.0, abs(ours[key])))
        compared += 1
        differing += worst > TOLERANCE
        print(f"{result['claim']}: {len(theirs)} figures, largest difference {worst:.1e}")
    print(f"{compared} claims compared, {differing} differ")
    sys.exit(1 if differing or not compared else 0)


if __name__ == "__main__":
    main()
