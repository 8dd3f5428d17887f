"""How good the generator is over the fleet: each machine is trained and measured several times, each time with another
seed of the physics, split of its runs and initial network; prints the medians beside what real runs score.

    .venv/bin/python bench/generator.py --repeats 3 --jobs 2 [--machines a,b] [--epochs 300] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "GAN"))

# isort: off
import gan.store  # before numpy: it sets one thread a process  # noqa: F401
import numpy as np

# isort: on
from gan.machine.profile import configuration, parse_profile
from gan.store.fleet import PROJECT_ROOT, machine_ids
from gan.store.local import LocalStore, temporary_store

PROJECT = LocalStore(PROJECT_ROOT)
ROWS = {"train": 35_000, "val": 7_500, "test": 7_500}
# The figures reported, and the aims for them.
TOLD = {
    "tstr_ratio": "≤ 1.05",
    "discriminative": "≤ floor + 0.08",
    "autocorrelation_gap_train": "≤ 0.03",
    "detrended_autocorrelation_gap_train": "≤ 0.03",
    "autocorrelation_gap": "",
    "detrended_autocorrelation_gap": "",
    "quality_train": "≥ 0.94",
    "quality": "≥ floor − 0.02",
    "degradation_gap": "",
    "cross_sensor_gap": "",
    "strange_starts": "≤ floor + 0.08",
    "quiet_stretches": "≤ floor + 0.06",
    "memorised_courses": "near 0.5",
    "memorised_dynamics": "near 0.5",
}
Measured = dict[str, tuple[float, float | None]]


def measure(machine_id: str, repeat: int, epochs: int) -> Measured:
    """Figures of one training: value and, where there is one, what the real training runs give in the data's place."""
    from gan.evaluation import measures
    from gan.evaluation.figures import evaluate
    from gan.simulation.physics import simulate
    from gan.synthesis.checkpoints import Checkpoints
    from gan.synthesis.synthesizer import synthesizer_of_model
    from gan.synthesis.temporal_tvae.trainer import TrainParams, train

    profile = parse_profile({"machine_id": machine_id, **configuration(PROJECT, machine_id)})
    runs = simulate(profile, 10_000, repeat)
    with temporary_store() as own:
        model = train(
            runs,
            profile,
            TrainParams(epochs=epochs, seed=repeat),
            checkpoints=Checkpoints(own, machine_id, "bench"),
            provenance={},
            should_stop=lambda: False,
            on_epoch=lambda _: None,
        )
    data = synthesizer_of_model(model).sample(model, ROWS, repeat)["train"]
    learned, held_out = runs.select(model.header["trainRuns"]), runs.select(model.header["heldOutRuns"])
    figures = {name: (figure.value, figure.floor) for name, figure in evaluate(learned, held_out, data).by_name.items()}
    for gap in (measures.autocorrelation_gap, measures.detrended_autocorrelation_gap):
        figures[f"{gap.__name__}_train"] = (gap(learned, data), gap(learned, held_out))
    return figures


def over_repeats(many: Sequence[Measured]) -> Measured:
    """Means over the repeats of a machine."""
    return {
        name: (
            float(np.mean([one[name][0] for one in many])),
            None if many[0][name][1] is None else float(np.mean([one[name][1] for one in many])),
        )
        for name in TOLD
    }


def table(machines: dict[str, Measured]) -> str:
    """Median over the machines, and the worst of them, as Markdown."""
    lines = ["| figure | median | real against real | worst machine | aim |", "| --- | --- | --- | --- | --- |"]
    for name, aim in TOLD.items():
        values = {machine: figures[name][0] for machine, figures in machines.items()}
        floors = [figures[name][1] for figures in machines.values()]
        floor = "" if floors[0] is None else f"{np.median([f for f in floors if f is not None]):.3f}"
        pick = min if aim.startswith("≥") else max
        worst = pick(values, key=lambda machine: values[machine])
        lines.append(
            f"| {name} | {np.median(list(values.values())):.3f} | {floor} | {values[worst]:.3f} {worst} | {aim} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machines", default=",".join(machine_ids(PROJECT)))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=300)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--json", type=Path, default=None, help="where to write every figure")
    args = parser.parse_args()
    ids = args.machines.split(",")
    jobs = [(machine, repeat) for machine in ids for repeat in range(args.repeats)]
    with ProcessPoolExecutor(args.jobs) as pool:
        results = list(pool.map(partial(measure, epochs=args.epochs), *zip(*jobs, strict=True)))
    each = {
        machine: over_repeats([result for (of, _), result in zip(jobs, results, strict=True) if of == machine])
        for machine in ids
    }
    if args.json is not None:
        args.json.write_text(json.dumps(each, indent=1) + "\n", "utf-8")
    print(f"{len(ids)} machines × {args.repeats} seeds and splits, {args.epochs} epochs\n")
    print(table(each))


if __name__ == "__main__":
    main()
