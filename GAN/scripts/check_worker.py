"""Checks what a worker needs here: the Python packages as they are pinned, a writable data root, some free space."""

import re
from argparse import ArgumentParser
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import _path  # noqa: F401

from gan.pipeline.runner import Context, integer, script_main
from gan.runtime.errors import MissingPrerequisite
from gan.runtime.events import Result

REQUIREMENTS = Path(__file__).resolve().parents[2] / "requirements"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;+]+)", re.MULTILINE)
MB = 1 << 20


def configure(parser: ArgumentParser) -> None:
    parser.add_argument("--min_free_mb", type=integer(0, 1 << 30), default=500, help="least free space (default 500)")


def pins() -> dict[str, set[str]]:
    """Pinned versions by package; a package may have one for each of several Pythons."""
    found: dict[str, set[str]] = {}
    for file in ("torch.txt", "runtime.txt"):
        for name, pinned in PIN.findall((REQUIREMENTS / file).read_text("utf-8")):
            found.setdefault(name, set()).add(pinned)
    return found


def wrong_packages() -> list[str]:
    """Packages of which another version than a pinned one is installed, or, where the project asks for them, none."""
    wanted = {line.split("==")[0].strip() for line in (REQUIREMENTS / "runtime.in").read_text("utf-8").splitlines()}
    wrong = []
    for name, pinned in pins().items():
        try:
            installed = version(name).split("+")[0]
        except PackageNotFoundError:
            if name in {*wanted, "torch"}:
                wrong.append(f"{name} is missing")
            continue
        if installed not in pinned:
            wrong.append(f"{name} is {installed}, not {' or '.join(sorted(pinned))}")
    return wrong


def free_space(context: Context) -> int | None:
    """Free bytes, None without a limit. Raises MissingPrerequisite when nothing can be written to the data root."""
    try:
        return context.store.probe()
    except OSError as error:
        raise MissingPrerequisite(
            f"the data root {context.store.where()} cannot be written to: {error.strerror}",
            hint="check its owner and mode, or set GAN_ROOT to another folder",
            code="NOT_WRITABLE",
        ) from None


def work(context: Context) -> Result:
    wrong = wrong_packages()
    if wrong:
        raise MissingPrerequisite(f"Python packages: {'; '.join(wrong)}", hint="run: npm run setup", code="PACKAGES")
    space = free_space(context)
    if space is None:
        return Result("ready")
    free = space // MB
    if free < context.args.min_free_mb:
        raise MissingPrerequisite(
            f"{free} MB are free under {context.store.where()}, and {context.args.min_free_mb} are needed",
            hint="free some space, or set GAN_MIN_FREE_MB",
            code="DISK_FULL",
        )
    return Result(f"ready; {free:,} MB free", metrics={"freeMb": free})


if __name__ == "__main__":
    script_main("checkWorker", __doc__ or "", work, configure)
