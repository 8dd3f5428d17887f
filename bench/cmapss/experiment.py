"""One experiment: a subset, so many units, one random seed. Each contestant's data teach RUL models, which are tested
on NASA's test units; and the product judges the same data, without ever seeing those units."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cmapss.contestants import MADE_BY_HAND, SETTINGS, Product
from cmapss.nasa import Subset, columns
from cmapss.rul_models import Exam, Lessons, scores
from gan.data.runs import Floats, Ints, Runs
from gan.evaluation.assessment import assess
from gan.evaluation.checks import overall


@dataclass(frozen=True)
class Plan:
    """units: how many the generator learns from; the product holds out a third as many more. seed: chooses them."""

    subset: Subset
    units: int
    seed: int
    draws: int
    epochs: int
    root: Path

    def chosen(self) -> Ints:
        """The units to import, so that `units` of them are learned from."""
        total = next(n for n in range(self.units + 1, 2 * self.units + 3) if n - max(round(n / 4), 1) == self.units)
        return np.sort(np.random.default_rng([self.seed, 71]).permutation(self.subset.units())[:total])

    @property
    def possible(self) -> bool:
        return len(self.subset.units()) >= self.units + round(self.units / 3)


def run(plan: Plan, say: Callable[[str], None]) -> Iterator[dict[str, Any]]:
    """One result for each training set: its scores, and for made data what the product says of them."""
    name = f"{plan.subset.name}, {plan.units} units, seed {plan.seed}"
    product = Product(plan.root / "ours", plan.subset.name.lower())
    product.learn(plan.subset.rows_of(plan.chosen()), plan.seed, plan.epochs)
    bench = _Bench(plan, product)
    yield bench.result("real", 0, bench.real)
    for draw in range(plan.draws):
        ours = product.draw(len(bench.real), 1_000 * plan.seed + draw)
        made = {"ours": ours["train"]} | {label: make(bench.real, draw) for label, make in MADE_BY_HAND.items()}
        for label, data in made.items():
            yield bench.result(label, draw, data, bench.judge(ours if label == "ours" else {"train": data}))
            if label != "row by row":
                yield bench.result(f"real + {label}", draw, bench.real, also=data)
        say(f"{name}, draw {draw}")


class _Bench:
    """The test and the real runs of an experiment, in the product's columns."""

    def __init__(self, plan: Plan, product: Product) -> None:
        self.plan, self.profile = plan, product.profile()
        self.real, self.held_out = product.real()
        names = self.profile.sensor_names
        test, places = plan.subset.test, columns([*SETTINGS, *names])
        units = tuple(test[test[:, 0] == unit][:, places] for unit in np.unique(test[:, 0]))
        self.exam = Exam(units, plan.subset.rul)
        self.usual = np.median(plan.subset.train[:, columns(SETTINGS)], axis=0)

    def lessons(self, runs: Runs) -> Lessons:
        assert runs.rul_h is not None
        rows = np.column_stack([*(self._setting(runs, at) for at in range(len(SETTINGS))), runs.values])
        cuts = runs.starts()[1:]
        rul = runs.rul_h / self.profile.interval_hours
        return Lessons(tuple(np.split(rows, cuts)), tuple(np.split(rul, cuts)))

    def _setting(self, runs: Runs, at: int) -> Floats:
        """A setting of the data, or what it always is, where the product leaves constant columns out."""
        name = SETTINGS[at]
        return runs.values[:, runs.sensors.index(name)] if name in runs.sensors else np.full(len(runs), self.usual[at])

    def judge(self, splits: dict[str, Runs]) -> dict[str, Any]:
        """What the product's validation says of data: the verdict, and each figure and check."""
        rows = {split: len(runs) for split, runs in splits.items()}
        found = assess(self.real, self.held_out, splits, rows, self.profile)
        return {
            "verdict": overall(found.checks),
            "checks": {check.name: check.verdict for check in found.checks},
            "figures": {name: figure["value"] for name, figure in found.figures.to_json().items()},
        }

    def result(
        self, label: str, draw: int, data: Runs, said: dict[str, Any] | None = None, also: Runs | None = None
    ) -> dict[str, Any]:
        """also: data that are learned from together with the first."""
        lessons = self.lessons(data) if also is None else self.lessons(data) + self.lessons(also)
        found = scores(lessons, self.exam, self.plan.seed)
        about = {"subset": self.plan.subset.name, "units": self.plan.units, "seed": self.plan.seed, "draw": draw}
        return {**about, "label": label, "scores": {m: asdict(s) for m, s in found.items()}, "product": said}
