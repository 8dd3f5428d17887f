"""What our data are worth on NASA's C-MAPSS: RUL models learn from real units, from synthetic ones, from both, and from
noisy copies, and are tested on NASA's test units. Needs a folder with NASA's files; prints tables, writes JSON."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

# isort: off
import gan.store  # before numpy: it sets one thread a process  # noqa: F401

# isort: on
from cmapss.contestants import PYTHON_WITH_SDV, SDV_PAR, SDV_TVAE
from cmapss.experiment import LABELS, REAL, Key, Plan, Result, run
from cmapss.nasa import SIX_CONDITIONS, NoData, Subset, subsets
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
    parser.add_argument(
        "--only", default=None, help=f"contestants beside the real units, of: {', '.join(LABELS)} (default all)"
    )
    parser.add_argument("--results", type=Path, default=None, help="a file of results, one a line: what it has is kept")
    args = parser.parse_args()
    args.seeds, args.draws = (1, 1) if args.quick else (args.seeds, args.draws)
    path = args.results or RESULTS / f"cmapss-{datetime.now(timezone.utc):%Y-%m-%dT%H%M%SZ}.jsonl"
    only = [REAL, *args.only.split(",")] if args.only else LABELS
    labels = [label for label in LABELS if label in only]
    if not PYTHON_WITH_SDV.is_file() and {SDV_TVAE, SDV_PAR} & set(labels):
        _say(f"{SDV_TVAE} and {SDV_PAR} are left out: SDV is not installed (npm run setup -- --bench)")
        labels = [label for label in labels if label not in (SDV_TVAE, SDV_PAR)]
    try:
        found = subsets(args.data, args.subsets and args.subsets.split(","))
        for subset in found:
            for units in _units(subset, args.units):
                _measure(subset, units, labels, args, path)
    except (NoData, ProgramFailed) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(tables(_read(path)))
    print(f"\n{path}")
    return 0


def _units(subset: Subset, wanted: str | None) -> list[int]:
    usual = UNITS_OF_SIX if subset.name in SIX_CONDITIONS else UNITS
    return [int(n) for n in wanted.split(",")] if wanted else list(usual)


def _measure(subset: Subset, units: int, labels: Sequence[str], args: argparse.Namespace, path: Path) -> None:
    """Adds to the file what it lacks, result by result, so that an interrupted run goes on where it was."""
    for seed in range(args.seeds):
        with tempfile.TemporaryDirectory(prefix="cmapss-") as folder:
            plan = Plan(subset, units, seed, args.draws, args.epochs, Path(folder))
            if not plan.possible:
                _say(f"{subset.name} has too few units to learn from {units} and hold out a third as many")
                return
            done = {Key(*(one[part] for part in Key._fields)) for one in _read(path)}
            for result in run(plan, labels, done, _say):
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("a", encoding="utf-8") as file:
                    # After what may be the beginning of a line.
                    file.write(f"\n{json.dumps(result)}")


def _read(path: Path) -> list[Result]:
    """The results of a file; a line that was cut off is none."""
    lines = path.read_text("utf-8").splitlines() if path.is_file() else []
    return [result for line in lines if (result := _result(line)) is not None]


def _result(line: str) -> Result | None:
    try:
        result: Result = json.loads(line)
    except ValueError:
        return None
    return result


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
