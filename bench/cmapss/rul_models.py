"""The official test: RUL models that learn from runs and are tested on NASA's test units, RUL capped at 125 cycles.

Two models, as they are used on this benchmark: gradient boosting on what a window of 30 cycles shows, and a small
convolutional net on the window itself (after Li et al., 2018, smaller). As papers do, sensors are first standardised
within their operating condition, with means and spreads of the runs that are learned from: the condition of a row is
the nearest of the six that NASA documents. Where there is one condition, that changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from threadpoolctl import threadpool_limits

from gan.data.runs import Floats, Ints

CAP = 125.0
WINDOW = 30
MODELS = ("boosting", "cnn")
MAX_WINDOWS = 30_000
CNN_STEPS, CNN_BATCH, CNN_RATE = 1_000, 128, 2e-3
# Altitude (1,000 ft), Mach number, throttle angle: Saxena et al. (2008), damage propagation modeling.
CONDITIONS = np.array([[0, 0, 100], [10, 0.25, 100], [20, 0.7, 100], [25, 0.62, 60], [35, 0.84, 100], [42, 0.84, 100]])


@dataclass(frozen=True)
class Exam:
    """NASA's test units, each (rows, 3 + S): settings, then the sensors asked for; RUL after each, cycles, (U,)."""

    units: tuple[Floats, ...]
    rul: Floats


@dataclass(frozen=True)
class Score:
    """rmse: cycles. nasa: the sum over units of e^(−d/13)−1 early, e^(d/10)−1 late (Saxena et al., 2008)."""

    rmse: float
    nasa: float


@dataclass(frozen=True)
class Lessons:
    """Whole runs to learn from, each (rows, 3 + S) as in an Exam, and the RUL of each row in cycles."""

    units: tuple[Floats, ...]
    rul: tuple[Floats, ...]

    def __add__(self, other: Lessons) -> Lessons:
        return Lessons(self.units + other.units, self.rul + other.rul)


class _Scale:
    """Standardises sensors within their operating condition."""

    def __init__(self, rows: Floats) -> None:
        condition, sensors = _conditions(rows), rows[:, 3:]
        self.mean = np.tile(sensors.mean(axis=0), (len(CONDITIONS), 1))
        self.spread = np.tile(sensors.std(axis=0), (len(CONDITIONS), 1))
        for known in np.flatnonzero(np.bincount(condition, minlength=len(CONDITIONS)) > WINDOW):
            self.mean[known] = sensors[condition == known].mean(axis=0)
            self.spread[known] = sensors[condition == known].std(axis=0)
        self.spread = np.maximum(self.spread, 1e-6 * np.maximum(np.abs(self.mean), 1.0))

    def __call__(self, rows: Floats) -> Floats:
        condition = _conditions(rows)
        return np.asarray(((rows[:, 3:] - self.mean[condition]) / self.spread[condition]).clip(-10, 10))


def _conditions(rows: Floats) -> Ints:
    reach = np.array([1.0, 0.02, 1.0])
    return np.asarray((((rows[:, None, :3] - CONDITIONS) / reach) ** 2).sum(axis=2).argmin(axis=1))


def _filled(unit: Floats) -> Floats:
    """At least a window: a shorter unit is filled up with its first row."""
    lacking = max(WINDOW - len(unit), 0)
    return np.concatenate([np.repeat(unit[:1], lacking, axis=0), unit])


def _windows(lessons: Lessons, scale: _Scale) -> tuple[Floats, Floats]:
    """Every window of every run, (W, WINDOW, S), and the capped RUL of its last row, (W,)."""
    each = [sliding_window_view(_filled(scale(rows)), WINDOW, axis=0) for rows in lessons.units]
    rul = [rul[-len(windows) :] for rul, windows in zip(lessons.rul, each, strict=True)]
    windows, target = np.concatenate(each).transpose(0, 2, 1), np.minimum(np.concatenate(rul), CAP)
    some = np.unique(np.linspace(0, len(target) - 1, min(len(target), MAX_WINDOWS)).astype(np.int64))
    return windows[some], target[some]


def scores(lessons: Lessons, exam: Exam, seed: int) -> dict[str, Score]:
    """What each model makes of the exam after learning from these runs."""
    scale = _Scale(np.concatenate(lessons.units))
    windows, target = _windows(lessons, scale)
    tests = np.stack([_filled(scale(unit))[-WINDOW:] for unit in exam.units])
    predicted = {
        "boosting": _boosting(windows, target, tests, seed),
        "cnn": _cnn(windows, target, tests, seed),
    }
    return {name: score(np.clip(values, 0.0, CAP), np.minimum(exam.rul, CAP)) for name, values in predicted.items()}


def score(predicted: Floats, rul: Floats) -> Score:
    late = predicted - rul
    nasa = np.where(late < 0, np.expm1(-late / 13), np.expm1(late / 10))
    return Score(float(np.sqrt((late**2).mean())), float(nasa.sum()))


def described(windows: Floats) -> Floats:
    """Last value, means of the last 5 and of all rows, slope and spread of each column: (W, 5·S)."""
    time = np.arange(WINDOW) - (WINDOW - 1) / 2
    slope = np.einsum("wts,t->ws", windows, time) / (time @ time)
    parts = [windows[:, -1], windows[:, -5:].mean(axis=1), windows.mean(axis=1), slope, windows.std(axis=1)]
    return np.concatenate(parts, axis=1)


def _boosting(windows: Floats, target: Floats, tests: Floats, seed: int) -> Floats:
    from sklearn.ensemble import HistGradientBoostingRegressor

    model = HistGradientBoostingRegressor(
        max_iter=200, learning_rate=0.05, max_leaf_nodes=31, max_features=0.3, early_stopping=False, random_state=seed
    )
    with threadpool_limits(1):
        model.fit(described(windows), target)
        return np.asarray(model.predict(described(tests)))


def _cnn(windows: Floats, target: Floats, tests: Floats, seed: int) -> Floats:
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)

    def tensor(windows: Floats) -> torch.Tensor:
        return torch.tensor(np.ascontiguousarray(windows.transpose(0, 2, 1)), dtype=torch.float32)

    x, y = tensor(windows), torch.tensor(target / CAP, dtype=torch.float32)
    net = torch.nn.Sequential(
        torch.nn.Conv1d(x.shape[1], 16, 5), torch.nn.ReLU(), torch.nn.Conv1d(16, 16, 5), torch.nn.ReLU(),
        torch.nn.AvgPool1d(2), torch.nn.Flatten(), torch.nn.Dropout(0.3), torch.nn.Linear(16 * 11, 32), torch.nn.ReLU(),
        torch.nn.Linear(32, 1),
    )  # fmt: skip
    optimizer = torch.optim.AdamW(net.parameters(), lr=CNN_RATE, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, CNN_RATE, total_steps=CNN_STEPS)
    for _ in range(CNN_STEPS):
        batch = torch.from_numpy(rng.integers(0, len(y), CNN_BATCH))
        loss = torch.nn.functional.mse_loss(net(x[batch]).squeeze(1), y[batch])
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
    net.eval()
    with torch.no_grad():
        return np.asarray(net(tensor(tests)).squeeze(1).numpy(), dtype=np.float64) * CAP
