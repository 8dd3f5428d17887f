"""SDV's PAR, in a process of its own with the Python that has SDV: learns runs from a file, writes sampled ones.

It needs nothing of this project. Runs travel as arrays: values (N, S) and run (N,), which run each row is of. RUL is no
column here: a sampled sequence counts as a run to failure, which is the most that PAR can be credited with.
"""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

KEY, INDEX, TABLE = "run", "cycle", "rows"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=Path, required=True, help="what to learn from, .npz")
    parser.add_argument("--out", type=Path, required=True, help="folder of the draws, 0.npz, 1.npz, …")
    parser.add_argument("--draws", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--epochs", type=int, default=128, help="SDV's default")
    args = parser.parse_args()
    with np.load(args.runs) as runs:
        values, run = runs["values"], runs["run"]
    _random(args.seed)
    synthesizer = fit(values, run, args.epochs)
    for draw in range(args.draws):
        _random(1_000 * args.seed + draw)
        values, made = sample(synthesizer, len(np.unique(run)))
        np.savez(args.out / f"{draw}.npz", values=values, run=made)


def _random(seed: int) -> None:
    import_module("torch").manual_seed(seed)
    np.random.seed(seed)


def fit(values: Any, run: Any, epochs: int) -> Any:
    """PAR with SDV's defaults."""
    pandas = import_module("pandas")
    import_module("torch").set_num_threads(1)
    names = _names(values.shape[1])
    frame = pandas.DataFrame({KEY: run, **dict(zip(names, values.T, strict=True))})
    frame.insert(1, INDEX, frame.groupby(KEY).cumcount())
    kinds = {KEY: "id"} | dict.fromkeys([INDEX, *names], "numerical")
    table = {"columns": {name: {"sdtype": kind} for name, kind in kinds.items()}}
    metadata = import_module("sdv.metadata").Metadata.load_from_dict(
        {"tables": {TABLE: {**table, "sequence_key": KEY, "sequence_index": INDEX}}, "relationships": []}
    )
    synthesizer = import_module("sdv.sequential").PARSynthesizer(metadata, epochs=epochs, cuda=False)
    synthesizer.fit({TABLE: frame})
    return synthesizer


def sample(synthesizer: Any, runs: int) -> tuple[Any, Any]:
    """So many sequences: values (N, S), run (N,), numbered from 0 on."""
    frame = synthesizer.sample_sequences(num_sequences=runs)
    frame = frame[TABLE] if isinstance(frame, dict) else frame
    _, run = np.unique(frame[KEY].to_numpy(), return_inverse=True)
    order = np.lexsort((frame[INDEX].to_numpy(), run))
    names = _names(len(frame.columns) - 2)
    return frame[names].to_numpy(dtype=np.float64)[order], run[order]


def _names(columns: int) -> list[str]:
    return [f"c{at}" for at in range(columns)]


if __name__ == "__main__":
    main()
