"""What a perfect generator scores: the thresholds of a data set's checks come from here (docs/quality.md).

For each machine of the fleet the physics makes a seed, split as training splits it, and, with another random seed, more
runs that stand for a data set. Both come from the same process, so whatever the measures find between them is chance.
Prints the median and the high quantiles of each measure and of its excess over its floor, over machines and repeats,
and how often each check, and any check, warns, fails, or is not judged.

    .venv/bin/python bench/calibrate_thresholds.py --repeats 2 --out calibration.json
    .venv/bin/python bench/calibrate_thresholds.py --seed_rows 2500     # four runs, one of them held out
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "GAN"))

from gan.evaluation.assessment import judged
from gan.evaluation.figures import evaluate
from gan.machine.profile import configuration, parse_profile
from gan.simulation.physics import simulate
from gan.store.fleet import PROJECT_ROOT, machine_ids
from gan.store.local import LocalStore
from gan.synthesis.temporal_tvae.trainer import split_runs

DATA_ROWS = 35_000


def rows(machines: list[str], repeats: int, seed_rows: int) -> Iterator[dict[str, object]]:
    """One row a machine and repeat: each figure's value and floor."""
    store = LocalStore(PROJECT_ROOT)
    for repeat in range(repeats):
        for machine_id in machines:
            profile = parse_profile(configuration(store, machine_id))
            seed = simulate(profile, seed_rows, 1000 + repeat)
            train, held_out = (seed.select(ids) for ids in split_runs(seed, repeat))
            figures = evaluate(train, held_out, simulate(profile, DATA_ROWS, 9000 + repeat), repeat)
            print(f"{machine_id} {repeat}", file=sys.stderr)
            checks = {check.name: check.verdict for check in judged(figures, len(held_out.ids()))}
            yield {"machine": machine_id, "repeat": repeat, "figures": figures.to_json(), "checks": checks}


def summary(done: list[dict[str, object]]) -> list[str]:
    """A Markdown table of the quantiles."""
    names: list[str] = list(done[0]["figures"])  # type: ignore[call-overload]
    lines = [
        "| figure | value: median | 95 % | worst | floor: median | excess: 95 % | worst |",
        "| --- |" + " --- |" * 6,
    ]
    for name in names:
        pairs = [(row["figures"][name]["value"], row["figures"][name]["floor"]) for row in done]  # type: ignore[index]
        low = name in LOW_IS_BAD
        value = np.array([pair[0] for pair in pairs])
        floor = np.array([np.nan if pair[1] is None else pair[1] for pair in pairs])
        excess = floor - value if low else value - floor
        q = 0.05 if low else 0.95
        cells = [np.median(value), np.quantile(value, q), value.min() if low else value.max(), np.nanmedian(floor)]
        cells += [np.nanquantile(excess, 0.95), np.nanmax(excess)]
        lines.append(f"| {name} | " + " | ".join("–" if np.isnan(c) else f"{c:.3f}" for c in cells) + " |")
    return lines


def verdicts(done: list[dict[str, object]]) -> list[str]:
    """A Markdown table of the share of perfect data sets that each check does not pass, and that any fails."""
    said: list[dict[str, str]] = [row["checks"] for row in done]  # type: ignore[misc]
    lines = ["", "| check | warns | fails | not judged |", "| --- | --- | --- | --- |"]
    for name in said[0]:
        shares = [np.mean([checks[name] == verdict for checks in said]) for verdict in ("warn", "fail", "not judged")]
        if any(shares):
            lines.append(f"| {name} | " + " | ".join(f"{share:.1%}" for share in shares) + " |")
    failed = np.mean(["fail" in checks.values() for checks in said])
    return [*lines, "", f"{failed:.1%} of {len(done)} perfect data sets fail a check of figures."]


LOW_IS_BAD = ("quality", "column_shapes", "column_pair_trends", "quality_train", "validity")

if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machine", nargs="*", default=None, help="default: the whole fleet")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--seed_rows", type=int, default=10_000, help="rows of each seed (default 10,000)")
    parser.add_argument("--out", type=Path, default=None, help="the raw figures, JSON")
    args = parser.parse_args()
    done = []
    for row in rows(args.machine or machine_ids(LocalStore(PROJECT_ROOT)), args.repeats, args.seed_rows):
        done.append(row)
        # After each, since it takes long and may be stopped.
        if args.out is not None:
            args.out.write_text(json.dumps(done, indent=1))
    print("\n".join([*summary(done), *verdicts(done)]))
