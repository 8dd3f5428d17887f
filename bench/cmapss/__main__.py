"""What our data are worth on NASA's C-MAPSS: RUL models learn from real units, from synthetic ones, from both, and from
noisy copies, and are tested on NASA's test units. Needs a folder with NASA's files; prints tables, writes JSON."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

# isort: off
import gan.store  # before numpy: it sets one thread a process  # noqa: F401

# isort: on
from cmapss.experiment import Plan, run
from cmapss.nasa import SIX_CONDITIONS, NoData, subsets
from cmapss.summary import tables
from timing import ProgramFailed

RESULTS = Path(__file__).resolve().parents[1] / "results"
UNITS, UNITS_OF_SIX = (75, 25, 10), (64, 25, 10)


def main() -> int:
    parser = argparse.ArgumentParser(prog="npm run bench:cmapss --", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with train_FD001.txt, test_, RUL_ …, or .gz")
    parser.add_argument("--subsets", default=None, help="FD001,… (default: every one found)")
    parser.add_argument("--units", default=None, help="units to learn from (default 75,25,10; six conditions 64,25,10)")
    parser.add_argument("--seeds", type=int, default=3, help="choices of units, splits and trainings (default 3)")
    parser.add_argument("--draws", type=int, default=3, help="data sets sampled from each model (default 3)")
    parser.add_argument("--epochs", type=int, default=300, help="epochs of each training (default 300)")
    parser.add_argument("--quick", action="store_true", help="a first figure in minutes: one seed, one draw")
    parser.add_argument("--json", type=Path, default=None, help="where to write every result")
    args = parser.parse_args()
    seeds, draws = (1, 1) if args.quick else (args.seeds, args.draws)
    started = datetime.now(timezone.utc)
    results: list[dict[str, Any]] = []
    path = args.json or RESULTS / f"cmapss-{started:%Y-%m-%dT%H%M%SZ}.json"
    try:
        found = subsets(args.data, args.subsets and args.subsets.split(","))
        for subset in found:
            usual = UNITS_OF_SIX if subset.name in SIX_CONDITIONS else UNITS
            for units in [int(n) for n in args.units.split(",")] if args.units else usual:
                for seed in range(seeds):
                    with tempfile.TemporaryDirectory(prefix="cmapss-") as folder:
                        plan = Plan(subset, units, seed, draws, args.epochs, Path(folder))
                        if not plan.possible:
                            _say(f"{subset.name} has too few units to learn from {units} and hold out a third as many")
                            break
                        results += run(plan, _say)
    except (NoData, ProgramFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    print(tables(results))
    print(f"\n{path}")
    return 0


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
