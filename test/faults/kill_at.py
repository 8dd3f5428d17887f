"""Runs a script of the project as Python itself would, but kills the process, once, at a chosen file operation.

The point stands in a file, `{"call": "replace", "when": "before", "path": "*.pkl"}`; it is removed before the kill, so
that the next attempt passes. A test's fault: the project's own code knows nothing of it.
"""

import fnmatch
import json
import os
import runpy
import signal
import sys
from pathlib import Path

POINT = Path(sys.argv[1])


def main() -> None:
    sys.argv = sys.argv[2:]
    if POINT.is_file():
        arm(json.loads(POINT.read_text()))
    sys.path.insert(0, os.path.dirname(sys.argv[0]))
    runpy.run_path(sys.argv[0], run_name="__main__")


def arm(point: dict[str, str]) -> None:
    real = getattr(os, point["call"])

    def faulty(*args: object, **kwargs: object) -> object:
        hit = any(isinstance(a, (str, os.PathLike)) and fnmatch.fnmatch(os.fspath(a), point["path"]) for a in args)
        if hit and point["when"] == "before":
            die()
        result = real(*args, **kwargs)
        if hit:
            die()
        return result

    setattr(os, point["call"], faulty)


def die() -> None:
    try:
        POINT.unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
