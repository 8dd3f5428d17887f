"""How much data sets of one machine differ when only the random seed does: the regression gate's margins.

Makes each machine's data set once for each of several random seeds and compares every pair as the gate would. A margin
(GAN/gan/evaluation/regression_gate.py) must lie above the largest difference seen here, or chance would be refused.

    .venv/bin/python bench/gate_margin.py --machines pump_grundfos_cr3_004,motor_weg_w22_003 --seeds 5
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from itertools import permutations
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "GAN"))

from gan.evaluation.regression_gate import shortfall, warnings_gained
from gan.pipeline import registry as steps
from gan.store.layout import key_of

PROJECT = Path(__file__).resolve().parents[1]


def report(machine_id: str, random_seed: int, epochs: int) -> dict[str, Any]:
    """The report of a data set that was made from nothing with this random seed."""
    flags = {"trainTvae": ["--epochs", str(epochs)], "generateDataset": ["--stage"]}
    with tempfile.TemporaryDirectory() as folder:
        for step in steps.STEPS[:-1]:
            script = steps.command(step, machine_id).split()[1]
            command = [sys.executable, script, "--machine_id", machine_id, "--root", folder, "--seed", str(random_seed)]
            subprocess.run([*command, *flags.get(step, [])], cwd=PROJECT, stdout=subprocess.DEVNULL, check=False)
        (path,) = (Path(folder) / key_of("generations", machine_id)).glob("*/report.json")
        body: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return body


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machines", required=True)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=300)
    args = parser.parse_args()
    print(
        "| machine | quality below real runs' by random seed | largest difference | "
        "most checks that pass and then warn |\n| --- | --- | --- | --- |"
    )
    for machine_id in args.machines.split(","):
        reports = [report(machine_id, seed, args.epochs) for seed in range(args.seeds)]
        short = [shortfall(r) for r in reports]
        gained = max(len(warnings_gained(new, old)) for new, old in permutations(reports, 2))
        shown = ", ".join(f"{s:.3f}" for s in short)
        print(f"| {machine_id} | {shown} | {max(short) - min(short):.3f} | {gained} |", flush=True)


if __name__ == "__main__":
    main()
