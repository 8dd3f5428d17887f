"""Data sets that look right and are not: each is made from good runs by one trick."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gan.data.runs import Floats, Runs


def joined(*parts: Runs) -> Runs:
    """Sets of runs one after the other, with new run ids and time going on."""
    lengths = np.concatenate([part.lengths() for part in parts])
    rows = int(lengths.sum())
    step = float(np.median(np.diff(parts[0].time_h)))
    gaps = np.repeat(np.arange(len(lengths)) * 24.0, lengths)
    ruls = [part.rul_h for part in parts if part.rul_h is not None]
    modes = [part.failure_mode for part in parts if part.failure_mode is not None]
    return replace(
        parts[0],
        values=np.concatenate([part.values for part in parts]),
        run_id=np.repeat(np.arange(1, len(lengths) + 1), lengths),
        time_h=np.asarray(np.arange(rows) * step + gaps, dtype=np.float64),
        rul_h=np.concatenate(ruls) if ruls else None,
        failure_mode=np.concatenate(modes) if modes else None,
    )


def sampled_row_by_row(good: Runs, rng: np.random.Generator) -> Runs:
    """Rows drawn independently, sorted by RUL and split into runs: the stock recipe."""
    assert good.rul_h is not None and good.failure_mode is not None
    picked = rng.integers(0, len(good), len(good))
    runs = np.sort(rng.integers(0, len(good.starts()), len(good)))
    order = np.lexsort((-good.rul_h[picked], runs))
    picked, runs = picked[order], runs[order]
    # Each cut has its own mode and its RUL runs down to 0, so that only the dynamics are wrong.
    made = replace(good, values=good.values[picked], run_id=runs)
    made = joined(made)
    lengths = made.lengths()
    step = float(np.median(np.diff(good.time_h)))
    rul = np.concatenate([np.arange(n - 1, -1, -1) for n in lengths]) * step
    modes = rng.permutation(np.resize(good.failure_mode[good.starts()], len(lengths)))
    return replace(made, rul_h=rul, failure_mode=np.repeat(modes, lengths))


def overwritten_rul(good: Runs) -> Runs:
    """RUL counts down over pieces that are not the machine's runs: each run is split in the middle."""
    lengths = np.concatenate([[n // 2, n - n // 2] for n in good.lengths()])
    made = joined(replace(good, run_id=np.repeat(np.arange(len(lengths)), lengths)))
    step = float(np.median(np.diff(good.time_h)))
    return replace(made, rul_h=np.concatenate([np.arange(n - 1, -1, -1) for n in lengths]) * step)


def rescaled_rul(good: Runs) -> Runs:
    """RUL of a fixed start, spread over each run: it falls to 0, but not by the time that passes."""
    assert good.rul_h is not None
    first = np.repeat(good.rul_h[good.starts()], good.lengths())
    return replace(good, rul_h=good.rul_h / np.maximum(first, 1e-9) * 500.0)


def shuffled_dynamics(good: Runs, rng: np.random.Generator, parts: int = 20) -> Runs:
    """Rows shuffled within each twentieth of a run: the course of wear stays, the dynamics go."""
    lengths = np.repeat(good.lengths(), good.lengths())
    part = good.position() * parts // lengths
    order = np.lexsort((rng.random(len(good)), part, np.repeat(np.arange(len(good.starts())), good.lengths())))
    return replace(good, values=good.values[order])


def copied_with_noise(source: Runs, rng: np.random.Generator, noise: float) -> Runs:
    """The same runs, with noise of so many standard deviations of each sensor's changes."""
    spread = np.diff(source.values, axis=0).std(axis=0)
    return replace(source, values=source.values + rng.normal(size=source.values.shape) * noise * spread)


def run_away(good: Runs) -> Runs:
    """Every other run begins with its first sensor far off, and comes back over its first quarter."""
    left = np.maximum(1 - 4 * good.position() / np.repeat(good.lengths(), good.lengths()), 0)
    values = good.values.copy()
    values[:, 0] += 3 * np.ptp(values[:, 0]) * left * _every_other(good)
    return replace(good, values=values)


def without_noise(good: Runs, rows: int = 60) -> Runs:
    """Every other run has a stretch in which its first sensor moves in a straight line."""
    position = good.position()
    flat = (position < rows) & _every_other(good)
    first = np.repeat(good.starts(), good.lengths())
    begin, end = good.values[first, 0], good.values[np.minimum(first + rows, len(good) - 1), 0]
    values = good.values.copy()
    values[flat, 0] = (begin + (end - begin) * position / rows)[flat]
    return replace(good, values=values)


def _every_other(good: Runs) -> NDArray[np.bool_]:
    return np.repeat(np.arange(len(good.starts())) % 2 == 0, good.lengths())


def one_failure_mode(good: Runs) -> Runs:
    """All runs are labelled with the first failure mode."""
    return replace(good, failure_mode=np.zeros(len(good), dtype=np.int64))


def unresponsive(good: Runs, healthy: float = 0.15) -> Runs:
    """Sensors that do not respond to wear: each run repeats its own first rows, there and back, to its end."""
    position, starts, lengths = good.position(), good.starts(), good.lengths()
    early = np.repeat(np.maximum((lengths * healthy).astype(np.int64), 2), lengths)
    there = position % (2 * early)
    back = np.where(there < early, there, 2 * early - 1 - there)
    return replace(good, values=good.values[np.repeat(starts, lengths) + back])


def clipped(good: Runs, share: float = 0.08) -> Runs:
    """Values beyond limits are set to the limits: here the outermost of each sensor, on either side."""
    low, high = np.quantile(good.values, [share, 1 - share], axis=0)
    return replace(good, values=np.clip(good.values, low, high))


def beyond_limits(good: Runs, high: Floats) -> Runs:
    """A few values beyond what the sensors can show."""
    values = good.values.copy()
    values[::500] = high + 1.0
    return replace(good, values=values)


def identical_lengths(good: Runs) -> Runs:
    """Every run is stretched or squeezed to one length."""
    length = int(np.median(good.lengths()))
    place = np.linspace(0, 1, length)
    at = good.starts()[:, None] + np.round(place * (good.lengths()[:, None] - 1)).astype(np.int64)
    flat = at.ravel()
    step = float(np.median(np.diff(good.time_h)))
    made = good.rows(flat)
    made = joined(replace(made, run_id=np.repeat(np.arange(len(good.starts())), length)))
    rul = np.tile(np.arange(length - 1, -1, -1) * step, len(good.starts()))
    return replace(made, rul_h=rul)


def numbered(runs: Runs, first: int) -> Runs:
    """The same runs with ids from `first` on."""
    return replace(runs, run_id=np.repeat(np.arange(first, first + len(runs.ids())), runs.lengths()))


def first_run(runs: Runs, run_id: int | None = None) -> Runs:
    """The first run, by its own id or another."""
    one = runs.select(runs.ids()[:1])
    return one if run_id is None else numbered(one, run_id)


def joined_as_is(runs: Runs, more: Runs) -> Runs:
    """More runs after the others, with the ids that they have; time goes on."""
    both = joined(runs, more)
    return replace(both, run_id=np.concatenate([runs.run_id, more.run_id]))
