#!/usr/bin/env python3
"""Recomputes the results of `alexnet reproduce` from the files of its runs, with NumPy and SciPy and no code of the product.

    pip install numpy scipy
    python3 tools/claims.py reproduction/

It reads log.jsonl and predicted.csv of every run (and probabilities.safetensors for averages of networks, where it is there),
and compares with claims/*/result.json: the values of each run, every figure under `comparison`, the number of seeds and the
verdict. A relative difference above 1e-9 is an error. Of figure 3, it only counts the networks with p below 5 %, because p is of
the weights.
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


def detectable(error, freedom):
    """The smallest difference that is found in 80 of 100 cases."""
    return (stats.t.ppf(0.975, freedom) + stats.t.ppf(0.8, freedom)) * error


def more_seeds(difference, seeds, variance, freedom, pictures):
    """How many more seeds would find such a difference; variance and freedom are functions of the number of seeds.

    More seeds do not lower the variance over pictures."""
    if not has_width(interval(difference, variance(seeds), freedom(seeds))):
        return None
    if resolved(interval(difference, variance(seeds) + pictures, freedom(seeds))):
        return 0
    for count in range(seeds + 1, 1001):
        if detectable((variance(count) + pictures) ** 0.5, freedom(count)) <= abs(difference):
            return count - seeds
    return None


def interval(difference, variance, freedom):
    half = stats.t.ppf(0.975, freedom) * variance ** 0.5 if variance > 0 else 0.0
    return {"low": difference - half, "high": difference + half}


def has_width(one):
    """Whether the values differed; rounding makes intervals of 1e-14."""
    return one["high"] - one["low"] > 1e-9


def resolved(one):
    return has_width(one) and (one["low"] > 0 or one["high"] < 0)


def over_pictures(per_picture):
    return 0.0 if per_picture is None else per_picture.var(ddof=1) / len(per_picture)


def satterthwaite(a, a_freedom, b, b_freedom):
    return a_freedom if a + b == 0 else (a + b) ** 2 / (a ** 2 / a_freedom + b ** 2 / b_freedom)


def comparison(difference, variance, freedom, per_picture):
    found = {"difference": difference}
    pictures = over_pictures(per_picture)
    if variance is not None:
        found["seeds"] = interval(difference, variance, freedom)
        if has_width(found["seeds"]):
            found["detectable"] = detectable((variance + pictures) ** 0.5, freedom)
    if per_picture is not None:
        found["pictures"] = interval(difference, pictures, len(per_picture) - 1)
        if variance is not None:
            found["seeds_and_pictures"] = interval(difference, variance + pictures, freedom)
    return found


def groups(arm, baseline, per_picture):
    difference = numpy.mean(arm) - numpy.mean(baseline)
    if len(arm) < 2 or len(baseline) < 2:
        return comparison(difference, None, None, per_picture)
    a = numpy.var(arm, ddof=1)
    b = numpy.var(baseline, ddof=1)
    variance = a / len(arm) + b / len(baseline)
    freedom = satterthwaite(a / len(arm), len(arm) - 1, b / len(baseline), len(baseline) - 1)
    found = comparison(difference, variance, freedom, per_picture)
    now = min(len(arm), len(baseline))
    more = more_seeds(
        difference, now, lambda k: (a + b) / k if k > now else variance,
        lambda k: satterthwaite(a / k, k - 1, b / k, k - 1) if k > now else freedom, over_pictures(per_picture))
    return found if more is None else found | {"more_seeds": more}


def paired(values, per_picture):
    if len(values) < 2:
        return comparison(numpy.mean(values), None, None, per_picture)
    mean, variance, count = numpy.mean(values), numpy.var(values, ddof=1), len(values)
    found = comparison(mean, variance / count, count - 1, per_picture)
    more = more_seeds(mean, count, lambda k: variance / k, lambda k: k - 1, over_pictures(per_picture))
    return found if more is None else found | {"more_seeds": more}


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


def verdict(result, mine, root):
    if result["claim"] == "towers":
        ps = [json.loads((root / entry["folder"] / "towers.json").read_text())["p"] for entry in result["runs"]]
        return "agrees" if len(ps) > 1 and all(p < 0.05 for p in ps) else "not resolved"
    if result.get("more", {}).get("ratio_is_at_least"):
        return "not resolved"  # a lower bound is not judged
    one_set = result["claim"].startswith(("ensemble-", "neighbors-"))
    decides = mine.get("seeds") or (mine.get("pictures") if one_set else None)
    if "seeds" in mine and has_width(mine["seeds"]):
        decides = mine.get("seeds_and_pictures", decides)
    if decides is None or not resolved(decides):
        return "not resolved"
    return "agrees" if decides["low"] > 0 else "contrary"


def values(run):
    """What the table says of a run, by the names of the product."""
    found = {"epochs_trained": len(run.epochs)}
    if run.wrong:
        found["top1_error"] = found["one_view"] = run.wrong["one_view"].mean()
        found["ten_views"] = run.wrong["ten_views"].mean()
    if "training_top1_error" in run.last:
        found["training_top1_error"] = 100.0 * run.last["training_top1_error"]
        found["gap"] = 100.0 * (run.last["top1_error"] - run.last["training_top1_error"])
    epoch = crossing(run, 0.25)
    if epoch is not None:
        found["epochs_to_error"] = epoch
    return found


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
        if not result["runs"]:
            print(f"{result['claim']}: no result yet")
            continue
        mine = recompute(result, root) if "comparison" in result else {}
        if mine is None:
            print(f"{result['claim']}: skipped, the runs have no probabilities.safetensors")
            continue
        theirs = dict(flat(result.get("comparison", {})))
        ours = dict(flat(mine))
        for number, entry in enumerate(result["runs"]):
            own = values(Run(root / entry["folder"]))
            for key, value in entry["values"].items():
                if key in own:  # the others are of the weights
                    theirs[f"{number}.{key}"] = value
                    ours[f"{number}.{key}"] = own[key]
        arms = [entry["arm"] for entry in result["runs"]]
        seeds = min(arms.count(arm) for arm in arms)
        relu = result["claim"].startswith("relu")
        if not relu and "comparison" in result:
            theirs["count"], ours["count"] = result["seeds"], seeds
        if result["verdict"] != verdict(result, mine, root):
            print(f"{result['claim']}: verdict {result['verdict']} there, {verdict(result, mine, root)} here")
            differing += 1
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
