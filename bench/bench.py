"""Measures this project beside stock SDV TVAE, in one run, one CPU thread each; prints ratios, writes them as JSON."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from parts import MACHINES, Bench, better, fleet, sampling, training, where
from table import as_table
from timing import ProgramFailed

RESULTS = Path(__file__).resolve().parent / "results"
PARTS: dict[str, Callable[[Bench], Any]] = {"train": training, "better": better, "sample": sampling, "fleet": fleet}


def main() -> int:
    parser = argparse.ArgumentParser(prog="npm run bench --", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts to measure, of {','.join(PARTS)} (default all)")
    parser.add_argument("--epochs", type=int, default=300, help="epochs of both (default 300)")
    parser.add_argument("--batch_size", type=int, default=500, help="batch size of both (default 500)")
    parser.add_argument("--machines", default=",".join(MACHINES), help="machines to compare on, of the fleet")
    parser.add_argument("--quick", action="store_true", help="see that it works: one machine, 10 epochs, no fleet")
    args = parser.parse_args()
    parts, machines, epochs = args.only.split(","), args.machines.split(","), args.epochs
    if args.quick:
        parts, machines, epochs = [part for part in parts if part != "fleet"], machines[:1], 10
    unknown = [part for part in parts if part not in PARTS]
    if unknown:
        parser.error(f"--only: {', '.join(unknown)} is none of {', '.join(PARTS)}")
    with tempfile.TemporaryDirectory(prefix="fleet-bench-") as folder:
        bench = Bench(Path(folder), machines, epochs, args.batch_size, _say)
        started = datetime.now(timezone.utc)
        results: dict[str, Any] = {
            "startedAt": started.isoformat(timespec="seconds"),
            "epochs": epochs,
            "batchSize": args.batch_size,
            "where": where(),
        }
        try:
            bench.make_seeds()
            for part in parts:
                results[part] = PARTS[part](bench)
        except ProgramFailed as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
    print(as_table(results))
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{started:%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps(results, indent=2) + "\n", "utf-8")
    print(f"\n{path}")
    return 0


def _say(line: str) -> None:
    print(f"  {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
