"""What ended each run, by the words, flags and RUL recorded: a failure and its mode, or none."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from gan.data.runs import Floats, Ints
from gan.recording.names import mode_name
from gan.recording.numbers import is_number
from gan.runtime.errors import InvalidInput

# Words for a machine that does not fail, in lower case and without punctuation.
_HEALTHY_WORDS = """
    no none normal healthy health ok okay good fine false f n nan na null nil nofailure nofailures
    nofault nofaults noevent noerror noerrors noissue noissues nodefect noanomaly notfailed nonfailure
    nonfailed nonfaulty running operational operating inservice alive working censored suspended
    suspension survived rightcensored withoutfailure nofailuremode normaloperation healthystate
    normalstate nominal unfailed intact nein keine kein keinfehler keinausfall off inactive undamaged
    notapplicable
    """
_HEALTHY = frozenset(("", *_HEALTHY_WORDS.split()))
_FLAGS = frozenset(
    ("1", "true", "t", "yes", "y", "ja", "j", "x", "on", "active", "fail", "failed", "broken", "failure", "fault")
)
# RUL that ends within this many of its own steps of the smallest end counts as ending there.
_STEPS = 2.0


@dataclass
class Labels:
    """Of N rows: code (N,), -1 where the row says that nothing failed, else the index of its mode.

    own: a mode's name → the word that was recorded.
    """

    codes: Ints
    modes: tuple[str, ...]
    own: Mapping[str, str] = field(default_factory=dict)


def read_labels(table: pa.Table, column: str, unnamed: str) -> Labels:
    """A column of failure modes, or of flags, whose mode is `unnamed`. Raises InvalidInput for an unusable word."""
    values = table.column(column)
    if is_number(values.type):
        words = [None if v is None or v != v else f"{v:g}" for v in values.cast(pa.float64()).to_pylist()]
        values = pa.chunked_array([pa.array(words, pa.string())])
    encoded = pc.dictionary_encode(pc.utf8_trim_whitespace(values.cast(pa.string()))).combine_chunks()
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.chunk(0)
    names = _modes([re.sub(r"^(\d+)\.0*$", r"\1", word) for word in encoded.dictionary.to_pylist()], unnamed)
    modes = tuple(sorted({name for name in names if name is not None}))
    codes = np.array([-1 if name is None else modes.index(name) for name in names] + [-1])
    at = pc.fill_null(encoded.indices, len(names)).to_numpy(zero_copy_only=False)
    own = {name: word for name, word in zip(names, encoded.dictionary.to_pylist(), strict=True) if name is not None}
    return Labels(codes[at], modes, own)


def _modes(words: Sequence[str], unnamed: str) -> list[str | None]:
    """The mode that each word names; None for a word that says that nothing failed."""
    failing = [word for word in words if not is_healthy(word)]
    if all(word.lower() in _FLAGS for word in failing):
        return [None if is_healthy(word) else unnamed for word in words]
    if all(re.fullmatch(r"\d+", word) for word in failing):
        return [None if is_healthy(word) else f"{unnamed}_{word}" for word in words]
    return [None if is_healthy(word) else mode_name(word) for word in words]


def is_healthy(word: str) -> bool:
    """Whether a word says that nothing failed."""
    plain = re.sub(r"[\W_]+", "", word.lower())
    return plain in _HEALTHY or (plain.isdigit() and int(plain) == 0)


def flagged_ends(labels: Labels, rows: Ints) -> tuple[list[Ints], int]:
    """A run's rows split after each failure that they report, and how many rows of a failed machine are left out.

    The failure is the first row of a stretch that reports it; in the rest of the stretch the machine stands still.
    """
    codes = labels.codes[rows]
    failing = codes >= 0
    first = failing & ~np.concatenate([[False], failing[:-1]])
    ends = np.flatnonzero(first)
    pieces: list[Ints] = []
    begin, lost = 0, 0
    for end in ends.tolist():
        if end >= begin:
            pieces.append(rows[begin : end + 1])
        begin = end + 1
        while begin < len(rows) and failing[begin]:
            begin, lost = begin + 1, lost + 1
    if begin < len(rows):
        pieces.append(rows[begin:])
    return pieces, lost


def mode_of(label: str, rows: Ints, labels: Labels) -> str | None:
    """What ended a run: the mode that all its rows report, or its last ones.

    Raises InvalidInput where a failure lies in the middle, or there are several modes.
    """
    codes = labels.codes[rows]
    found = np.unique(codes[codes >= 0])
    if len(found) == 0:
        return None
    if len(found) > 1:
        names = ", ".join(sorted(labels.modes[code] for code in found.tolist()))
        split = "--split_at_failures if each ends a run; " if (codes < 0).any() else ""
        raise InvalidInput(
            f"run {label} has several failure modes: {names}",
            field="failure_mode",
            hint=f"{split}a run has one; --censored {label} keeps the run apart; --drop leaves the column out",
        )
    healed = np.flatnonzero((codes[:-1] >= 0) & (codes[1:] < 0))
    if len(healed):
        raise InvalidInput(
            f"run {label}: {labels.modes[int(found[0])]} is in its row {int(healed[0]) + 1} of {len(rows)}, "
            "and the next row reports no failure",
            field="failure_mode",
            hint="--split_at_failures if the machine failed there and ran on: each failure then ends a run; "
            "if it is the mode of the whole run, put it into every row; "
            f"--censored {label} keeps the run apart",
        )
    return labels.modes[int(found[0])]


def rul_ends(runs: Sequence[tuple[str, Floats]], notes: list[str]) -> list[float]:
    """The RUL left when each run's record ends, in its own unit; 0 where the run ends with the failure.

    RUL may be capped, and may end at another number than 0: what counts is whether it falls as far as in other runs.
    Raises InvalidInput where RUL rises within a run.
    """
    ends, steps = np.full(len(runs), np.nan), np.zeros(len(runs))
    for at, (label, rul) in enumerate(runs):
        known = np.flatnonzero(np.isfinite(rul))
        if len(known) == 0:
            continue
        change = np.diff(rul[known])
        if (change > 1e-9).any():
            row = int(known[np.flatnonzero(change > 1e-9)[0] + 1]) + 1
            raise InvalidInput(
                f"run {label}: RUL rises in its row {row}",
                field="rul",
                hint="RUL falls to 0 in a run: if this is more than one run, --run_column names the column that "
                "tells them apart; --drop leaves the RUL column out",
            )
        falls = -change[change < -1e-9]
        ends[at], steps[at] = rul[known[-1]], np.median(falls) if len(falls) else 0.0
    least = float(np.nanmin(ends)) if np.isfinite(ends).any() else 0.0
    near = ends <= least + _STEPS * np.maximum(steps, 1e-9)
    # Most runs ending at the same number is no coincidence: it is how RUL was counted there.
    agreed = least <= _STEPS * max(float(np.median(steps[near])) if near.any() else 0.0, 1e-9) or (
        near.sum() >= 2 and near.mean() >= 0.5
    )
    if agreed and least > 1e-9:
        notes.append(f"RUL ends at {least:g} in {int(near.sum())} of {len(runs)} runs: that is taken as the failure")
    return [
        0.0 if agreed and bool(close) else 1.0 if np.isnan(end) else float(end)
        for close, end in zip(near, ends, strict=True)
    ]
