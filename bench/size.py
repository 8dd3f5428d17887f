"""What large data sets cost: CPU seconds and most memory of each process that generates or validates so many rows.

PYTHONPATH=GAN .venv/bin/python bench/size.py [--rows 500000,5000000] [--machine ID] [--epochs 30]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import PROJECT, THREADS

MACHINE = "cnc_dmg_mori_nlx_010"


def measured(root: str, script: str, *args: str) -> tuple[float, float]:
    """CPU seconds and gigabytes of a script on this data root. Raises RuntimeError with what it said."""
    command = [sys.executable, f"GAN/{script}.py", "--root", root, *args]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=PROJECT, env={**os.environ, **THREADS}, stdout=said, stderr=said)
        _, status, used = os.wait4(process.pid, 0)
        # 4: the data did not pass, which is not the question here.
        if os.waitstatus_to_exitcode(status) not in (0, 4):
            said.seek(0)
            raise RuntimeError(f"{script}: {said.read().decode()[-500:]}")
    kilobytes = used.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return used.ru_utime + used.ru_stime, kilobytes / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", default="500000,5000000,20000000", help="sizes, comma-separated")
    parser.add_argument("--machine", default=MACHINE)
    parser.add_argument("--epochs", default="30")
    args = parser.parse_args()
    mine = ("--machine_id", args.machine)
    with tempfile.TemporaryDirectory() as folder:
        root = str(Path(folder) / "GAN")
        measured(root, "scripts/create_metadata", *mine)
        measured(root, "scripts/generate_seed_from_profile", *mine)
        measured(root, "scripts/train_tvae_machine", *mine, "--epochs", args.epochs)
        print("| rows | generate | validate |\n| ---: | ---: | ---: |", flush=True)
        for rows in args.rows.split(","):
            made = measured(root, "scripts/generate_synthetic_data", *mine, "--num_samples", rows, "--stage")
            judged = measured(root, "validate_new_machine", *mine)
            cells = " | ".join(f"{seconds:.1f} s, {memory:.2f} GB" for seconds, memory in (made, judged))
            print(f"| {int(rows):,} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
