"""One experiment: a subset, so many units, one random seed. Each contestant's data teach RUL models, which are tested
on NASA's test units; and the product judges the same data, without ever seeing those units."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cmapss.contestants import MADE_BY_HAND, SDV_PAR, SDV_TVAE, SETTINGS, Par, Peer, Product, Tvae
from cmapss.nasa import Subset, columns
from cmapss.rul_models import Exam, Lessons, scores
from gan.data.runs import Floats, Ints, Runs
from gan.evaluation.assessment import assess
from gan.evaluation.checks import overall

REAL, BESIDE_REAL = "real", "real + "
# Our data, with so many times as many rows as the real units.
OURS = {"ours": 1, "3 × ours": 3}
OF_US = (REAL, *(label for ours in OURS for label in (ours, BESIDE_REAL + ours)))
BY_HAND = tuple(label for made in MADE_BY_HAND for label in (made, BESIDE_REAL + made) if made != "row by row")
LABELS = (*OF_US, *BY_HAND, "row by row", SDV_TVAE, SDV_PAR)

Result = dict[str, Any]


class Key(NamedTuple):
    """Which measurement a result is."""

    subset: str
    units: int
    seed: int
    draw: int
    label: str


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

    def keys(self, labels: Sequence[str]) -> list[Key]:
        """What is to be measured, draw by draw; the real units have nothing to draw."""
        draws = [(draw, label) for draw in range(self.draws) for label in labels if label != REAL or draw == 0]
        return [Key(self.subset.name, self.units, self.seed, draw, label) for draw, label in draws]

    @property
    def possible(self) -> bool:
        return len(self.subset.units()) >= self.units + round(self.units / 3)


def run(plan: Plan, labels: Sequence[str], done: Container[Key], say: Callable[[str], None]) -> Iterator[Result]:
    """One result for each training set and draw that is not done: its scores, and for made data what the product says
    of them. A model is trained when the first of its draws is to be measured."""
    todo = [key for key in plan.keys(labels) if key not in done]
    if not todo:
        return
    product = Product(plan.root / "ours", plan.subset.name.lower())
    product.learn(plan.subset.rows_of(plan.chosen()), plan.seed, plan.epochs)
    bench = _Bench(plan, product)
    for key in todo:
        label = key.label.removeprefix(BESIDE_REAL)
        if key.label == REAL:
            yield bench.result(key, bench.real)
        elif key.label == label:
            data = bench.made(label, key.draw)
            yield bench.result(key, data["train"], said=bench.judge(data))
        else:
            yield bench.result(key, bench.made(label, key.draw)["train"], also=bench.real)
        say(f"{key.subset}, {key.units} units, seed {key.seed}, draw {key.draw}: {key.label}")


class _Bench:
    """The test and the real runs of an experiment, in the product's columns."""

    def __init__(self, plan: Plan, product: Product) -> None:
        self.plan, self.product, self.profile = plan, product, product.profile()
        self.real, self.held_out = product.real()
        names = self.profile.sensor_names
        test, places = plan.subset.test, columns([*SETTINGS, *names])
        units = tuple(test[test[:, 0] == unit][:, places] for unit in np.unique(test[:, 0]))
        self.exam = Exam(units, plan.subset.rul)
        self.peers: dict[str, Peer] = {}
        self.drawn: dict[tuple[str, int], dict[str, Runs]] = {}
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

    def made(self, label: str, draw: int) -> dict[str, Runs]:
        """A contestant's data set by splits; made by hand, it has one. The last draw is remembered."""
        if (label, draw) not in self.drawn:
            self.drawn = {(label, draw): self._draw(label, draw)}
        return self.drawn[label, draw]

    def _draw(self, label: str, draw: int) -> dict[str, Runs]:
        if label in OURS:
            return self.product.draw(OURS[label] * len(self.real), 1_000 * self.plan.seed + draw)
        if label in MADE_BY_HAND:
            return {"train": MADE_BY_HAND[label](self.real, draw)}
        if label not in self.peers:
            self.peers[label] = self._peer(label)
        return self.peers[label].draw(draw)

    def _peer(self, label: str) -> Peer:
        plan = self.plan
        if label == SDV_PAR:
            return Par(plan.root / "par", self.real, plan.seed, plan.draws)
        rows = plan.subset.rows_of(plan.chosen())
        return Tvae(plan.root / "tvae", rows, self.product.machine_id, self.real, plan.seed, plan.epochs)

    def result(self, key: Key, data: Runs, said: dict[str, Any] | None = None, also: Runs | None = None) -> Result:
        """also: data that are learned from together with the first."""
        lessons = self.lessons(data) if also is None else self.lessons(also) + self.lessons(data)
        found = scores(lessons, self.exam, self.plan.seed)
        return {**key._asdict(), "scores": {m: asdict(s) for m, s in found.items()}, "product": said}
