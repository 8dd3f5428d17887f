"""Walks of new runs over the rows of recorded ones: stretches follow each other as recorded ones did.

A walk gives for each new row the recorded row whose given values it takes. Levels, noise, digits, dwell times and what
follows what are then those that were recorded, and no run repeats another.
"""

from __future__ import annotations

import numpy as np

from gan.data.runs import Floats, Ints

# A walk over varying values leaves its run after so many rows on average, for one of the rows most like its own.
STRETCH, LIKE = 25.0, 8
# Rows that are looked through for like ones.
LOOKED_AT = 20_000
# A stretch longer than this share of its run is a phase of life, and lasts as long a share of the new run.
PHASE = 0.2
# At least so many recorded stretches are drawn from, however near in life.
FEWEST = 8


def walk_states(
    state: Ints, recorded: Ints, source: Ints, lengths: Ints, near: float, rng: np.random.Generator
) -> Ints:
    """Rows (N,) of recorded runs for new runs (R,) of `lengths`, semi-Markov in the rows' states (M,).

    recorded: lengths of the recorded runs. source: the recorded run (R,) whose first stretch each begins with. What
    follows a stretch is drawn from all that followed stretches of its state, out of the share `near` nearest in life.
    """
    stretches = _Stretches.of(state, recorded)
    first = np.cumsum(lengths) - lengths
    out = np.empty(int(lengths.sum()), dtype=np.int64)
    now = stretches.opening[source]
    left = stretches.rows_in(now, lengths)
    offset = np.zeros(len(lengths), dtype=np.int64)
    for step in range(int(lengths.max())):
        done = np.flatnonzero((left <= 0) & (lengths > step))
        if len(done):
            now[done] = stretches.after(now[done], step / lengths[done], near, rng)
            left[done], offset[done] = stretches.rows_in(now[done], lengths[done]), 0
        going = np.flatnonzero(lengths > step)
        out[first[going] + step] = stretches.start[now[going]] + offset[going] % stretches.rows[now[going]]
        left -= 1
        offset += 1
    return out


class _Stretches:
    """Stretches of one state within recorded runs, G of them: first row, rows, state, run's rows, life at the start."""

    def __init__(self, start: Ints, rows: Ints, state: Ints, run: Ints, recorded: Ints) -> None:
        self.start, self.rows = start, rows
        self._state, self._run_rows = state, recorded[run]
        begins = np.cumsum(recorded) - recorded
        self._life = (start - begins[run]) / self._run_rows
        last = np.append(run[1:] != run[:-1], True)
        opens = np.append(True, last[:-1])
        self.opening = np.flatnonzero(opens)
        followers = np.flatnonzero(~opens)
        self._after: dict[int, Ints] = {}
        for k in np.unique(state).tolist():
            after = followers[state[followers - 1] == k]
            # The last stretch of a run is cut off by its end.
            whole = after[~last[after]]
            choice = whole if len(whole) else after if len(after) else np.flatnonzero(state == k)
            self._after[k] = choice[np.argsort(self._life[choice], kind="stable")]

    @staticmethod
    def of(state: Ints, recorded: Ints) -> _Stretches:
        begins = np.cumsum(recorded) - recorded
        turn = np.append(True, state[1:] != state[:-1])
        turn[begins] = True
        start = np.flatnonzero(turn)
        run = np.searchsorted(begins, start, side="right") - 1
        return _Stretches(start, np.diff(np.append(start, len(state))), state[start], run, recorded)

    def rows_in(self, chosen: Ints, lengths: Ints) -> Ints:
        """How long each chosen stretch lasts in new runs of these lengths."""
        share = self.rows[chosen] / self._run_rows[chosen]
        return np.where(share > PHASE, np.round(share * lengths), self.rows[chosen]).astype(np.int64)

    def after(self, now: Ints, life: Floats, near: float, rng: np.random.Generator) -> Ints:
        """A stretch to follow each of these."""
        chosen = np.empty(len(now), dtype=np.int64)
        draw = rng.random(len(now))
        for k, choice in self._after.items():
            own = np.flatnonzero(self._state[now] == k)
            count = min(len(choice), max(FEWEST, round(near * len(choice))))
            middle = np.searchsorted(self._life[choice], life[own])
            low = np.clip(middle - count // 2, 0, len(choice) - count)
            chosen[own] = choice[low + (draw[own] * count).astype(np.int64)]
        return chosen


def walk_near(values: Floats, recorded: Ints, source: Ints, lengths: Ints, rng: np.random.Generator) -> Ints:
    """Rows (N,) of recorded runs for new runs (R,) of `lengths`, where values (M, Q) vary: on average after STRETCH
    rows, and at the end of a recorded run, a walk goes on after another row like its own.

    Like rows have like values, and come from like values. source: the recorded run (R,) near whose start each begins.
    """
    begins = np.cumsum(recorded) - recorded
    before = np.maximum(np.arange(len(values)) - 1, np.repeat(begins, recorded))
    seen = np.concatenate([values, values - values[before]], axis=1)
    final = np.zeros(len(values), dtype=bool)
    final[begins + recorded - 1] = True
    choice = np.flatnonzero(~final)
    choice = choice[:: max(1, len(choice) // LOOKED_AT)]
    first = np.cumsum(lengths) - lengths
    out = np.empty(int(lengths.sum()), dtype=np.int64)
    now = begins[source].copy()
    for step in range(int(lengths.max())):
        going = np.flatnonzero(lengths > step)
        jump = going[final[now[going]] | (rng.random(len(going)) < (1 / STRETCH if step else 1.0))]
        for run in jump.tolist():
            away = ((seen[choice] - seen[now[run]]) ** 2).sum(axis=1)
            like = min(LIKE, len(choice)) - 1
            now[run] = choice[np.argpartition(away, like)[rng.integers(like + 1)]]
        out[first[going] + step] = now[going] = now[going] + 1
    return out
