"""Recorded run-to-failure data brought in as a machine's seed.

The recorded runs are kept in recorded/{id}.csv; the seed is a copy of them that generateSeed makes again at any time,
whatever it is asked. Runs without a failure are kept beside it, and nothing is trained on them.
"""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gan.data.runs import Runs
from gan.data.tables import csv_bytes
from gan.machine.profile import Profile, configuration, parse_profile
from gan.machine.wear import MACHINE_TYPES
from gan.pipeline.chain import run
from gan.pipeline.runner import Context, json_bytes, run_step
from gan.recording.columns import TIME_UNITS_H, Columns, choose_columns, mode_name, parse_pairs, read_rows
from gan.recording.observed_profile import check_units, check_values, observed_configuration
from gan.recording.run_boundaries import Cut, Cutting, as_runs, cut, in_turn
from gan.runtime.errors import InvalidInput
from gan.runtime.events import Output, Result
from gan.store.files import Paths, sha256_of, write_whole

# What decides the import besides the file.
OPTIONS = (
    "map", "units", "run_column", "gap_hours", "interval_minutes", "time_unit", "resample", "censored", "no_failures",
    "failure_mode", "delimiter", "machine_type", "manufacturer", "model", "description", "new_profile",
)  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    parser.add_argument("--csv", required=True, help="recorded rows: CSV, or parquet")
    parser.add_argument(
        "--map", help="sensor=column,… also for timestamp, run_id, rul, failure_mode; or a file of a JSON object"
    )
    parser.add_argument("--units", help="sensor=unit,… of the data; refused where the profile has another")
    parser.add_argument("--run_column", help="column that tells which run a row is of")
    parser.add_argument("--gap_hours", type=_positive, help="a gap in time longer than this ends a run")
    parser.add_argument("--interval_minutes", type=_positive, help="time from row to row, for data without time stamps")
    parser.add_argument("--time_unit", choices=tuple(TIME_UNITS_H), help="unit of time stamps that are plain numbers")
    parser.add_argument(
        "--resample", type=_positive, metavar="MINUTES", help="interpolate irregular or missing rows onto this interval"
    )
    parser.add_argument("--censored", default="", help="runs that did not fail, by their name: kept apart")
    parser.add_argument("--no_failures", action="store_true", help="no run ends with a failure: no RUL")
    parser.add_argument(
        "--failure_mode", default="failure", help="name of the failure where no column tells (default failure)"
    )
    parser.add_argument("--delimiter", default=",", help="between columns (default ,)")
    parser.add_argument("--machine_type", choices=MACHINE_TYPES, default=None, help="for a new profile (default other)")
    for name in ("manufacturer", "model", "description"):
        parser.add_argument(f"--{name}", default=None, help="for a new profile")
    parser.add_argument(
        "--new_profile", action="store_true", help="make the profile from these data though there is one"
    )
    parser.add_argument("--replace", action="store_true", help="replace rows that were imported before")


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise ArgumentTypeError(f"{text!r} is not allowed: a number above 0")
    return value


@dataclass(frozen=True)
class Imported:
    """What an import makes: the profile's configuration if it is new, the runs, those without a failure, and remarks."""

    profile: Profile
    configuration: Mapping[str, Any] | None
    runs: Runs
    censored: Runs | None
    notes: tuple[str, ...]


def work(context: Context) -> Result:
    """Imports a machine's recorded runs and makes its profile and seed of them. Raises InvalidInput; then nothing changes."""
    imported = read_import(context.paths, context.machine_id, context.args)
    _refuse_loss(context, imported)
    for note in imported.notes:
        context.reporter.warning("IMPORT", note)
    parameters = {
        "source": sha256_of(Path(context.args.csv)),
        **{name: getattr(context.args, name) for name in OPTIONS},
    }
    done = run_step(context, "importSeed", parameters, lambda c: _write(c, imported))
    for step in ("createProfile", "generateSeed"):
        run(_as_step(context), step)
    seed = context.paths.seed(context.machine_id)
    return Result(
        done.summary, (*done.outputs, context.paths.output(seed, len(imported.runs))), done.metrics, text=done.text
    )


def _as_step(context: Context) -> Context:
    args = Namespace(
        **{**vars(context.args), "config": None, "machine_type": None, "num_samples": 0, "skip_if_current": False}
    )
    return Context(args, context.paths, context.reporter, context.stop)


def read_import(paths: Paths, machine_id: str, args: Namespace) -> Imported:
    """Reads and checks recorded rows; writes nothing. Raises InvalidInput."""
    profile = None if args.new_profile else _known_profile(paths, machine_id)
    given = parse_pairs("map", args.map)
    if args.run_column:
        given["run_id"] = args.run_column
    if len(args.delimiter.replace("\\t", "\t")) != 1:
        raise InvalidInput(f"delimiter: {args.delimiter!r} is not one character", field="delimiter")
    table = read_rows(Path(args.csv), args.delimiter.replace("\\t", "\t"))
    columns = choose_columns(table, profile, given)
    units = {**columns.units, **_declared(args, columns)}
    how = _cutting(args, profile)
    notes = list(columns.notes)
    if profile is not None:
        check_units(profile, units)
    pieces = cut(table, columns, how, _physical(profile, how, notes))
    _require_runs(pieces, how)
    notes += pieces.notes
    if not in_turn(pieces.lives):
        notes.append("runs overlap in time: they are laid one after another")
    if profile is None:
        return _with_new_profile(machine_id, pieces, columns, units, args, notes)
    _check_profile(profile, pieces, how)
    return _imported(profile, None, pieces, profile.sensor_names, notes)


def _known_profile(paths: Paths, machine_id: str) -> Profile | None:
    if machine_id not in paths.fleet_ids():
        return None
    return parse_profile({"machine_id": machine_id, **configuration(paths, machine_id)})


def _declared(args: Namespace, columns: Columns) -> dict[str, str]:
    """The units that were given by hand."""
    units = parse_pairs("units", args.units)
    strange = [name for name in units if name not in columns.sensors]
    if strange:
        raise InvalidInput(
            f"units: no sensor {', '.join(strange)}", field="units", hint=f"there are: {', '.join(columns.sensors)}"
        )
    return units


def _cutting(args: Namespace, profile: Profile | None) -> Cutting:
    censored = frozenset(word.strip() for word in args.censored.split(",") if word.strip())
    mode = mode_name(args.failure_mode)
    if profile is not None and len(profile.failure_modes) == 1 and args.failure_mode == "failure":
        mode = profile.mode_names[0]
    if args.no_failures and profile is not None and profile.failure_modes:
        raise InvalidInput(
            f"no_failures: the profile has failure modes: {', '.join(profile.mode_names)}", field="no_failures", hint="--new_profile makes another"
        )  # fmt: skip
    failures = not args.no_failures and (profile is None or bool(profile.failure_modes))
    return Cutting(args.gap_hours, args.interval_minutes, args.time_unit, args.resample, censored, failures, mode)


def _physical(profile: Profile | None, how: Cutting, notes: list[str]) -> Any:
    def check(values: Any) -> Any:
        if profile is None:
            return values
        kept, said = check_values(profile, values, drop=how.resample_minutes is not None)
        notes.extend(said)
        return kept

    return check


def _require_runs(pieces: Cut, how: Cutting) -> None:
    if how.failures and not pieces.failed():
        raise InvalidInput(
            f"none of the {len(pieces.lives)} runs ends with a failure", field="failure_mode",
            hint="--no_failures if the machine has none: the data then have no RUL",
        )  # fmt: skip


def _check_profile(profile: Profile, pieces: Cut, how: Cutting) -> None:
    if abs(pieces.interval_h / profile.interval_hours - 1) > 1e-3:
        raise InvalidInput(
            f"sampling_interval_minutes: the data have a row each {pieces.interval_h * 60:g} min, the profile says "
            f"{profile.sampling_interval_minutes:g}", field="sampling_interval_minutes",
            hint=f"--resample {profile.sampling_interval_minutes:g}, or change the profile's configuration, or --new_profile",
        )  # fmt: skip
    strange = sorted({str(life.mode) for life in pieces.failed()} - set(profile.mode_names))
    if how.failures and strange:
        raise InvalidInput(
            f"failure_mode: {', '.join(strange)}: not in the profile, which has {', '.join(profile.mode_names)}", field="failure_mode",
            hint="--failure_mode <name>, --map failure_mode=<column>, or --new_profile",
        )  # fmt: skip


def _with_new_profile(
    machine_id: str, pieces: Cut, columns: Columns, units: Mapping[str, str], args: Namespace, notes: list[str]
) -> Imported:
    lives = pieces.failed() or pieces.lives
    about = {
        name: str(value)
        for name in ("machine_type", "manufacturer", "model", "description")
        if (value := getattr(args, name)) is not None
    }
    about.setdefault("description", f"as recorded in {Path(args.csv).name}")
    sensors = tuple(columns.sensors)
    made = observed_configuration(machine_id, lives, sensors, units, pieces.interval_h, about)
    profile = parse_profile(made)
    kept = [name in profile.sensor_names for name in sensors]
    constant = [name for name, moves in zip(sensors, kept, strict=True) if not moves]
    if constant:
        notes.append(f"constant sensors are left out: {', '.join(constant)}")
    return _imported(profile, made, pieces, sensors, notes)


def _imported(
    profile: Profile, made: Mapping[str, Any] | None, pieces: Cut, sensors: tuple[str, ...], notes: list[str]
) -> Imported:
    def runs(lives: Any, modes: tuple[str, ...]) -> Runs:
        all_sensors = as_runs(lives, sensors, modes, pieces.interval_h)
        kept = [sensors.index(name) for name in profile.sensor_names]
        values = np.ascontiguousarray(all_sensors.values[:, kept])
        return Runs(**{**vars(all_sensors), "sensors": profile.sensor_names, "values": values})

    failures = bool(profile.failure_modes)
    kept_apart = pieces.censored() if failures else []
    censored = runs(kept_apart, ()) if kept_apart else None
    if censored is not None:
        labels = ", ".join(life.label for life in kept_apart[:20])
        notes.append(f"{len(kept_apart)} runs without a failure are kept apart, and not trained on: {labels}")
    whole = runs(pieces.failed() if failures else pieces.lives, profile.mode_names)
    return Imported(profile, made, whole, censored, tuple(notes))


def _refuse_loss(context: Context, imported: Imported) -> None:
    path = context.paths.recorded(context.machine_id)
    if path.is_file() and not context.args.replace and path.read_bytes() != csv_bytes(imported.runs, imported.profile):
        raise InvalidInput(
            f"{context.machine_id} has imported rows already ({path.name}), and these are others", field="replace",
            hint="--replace puts these in their place",
        )  # fmt: skip


def _write(context: Context, imported: Imported) -> Result:
    """The recorded rows first: a machine that is in the fleet already has them."""
    paths, machine_id = context.paths, context.machine_id
    outputs: list[Output] = []

    def put(path: Path, data: bytes, rows: int | None = None) -> None:
        write_whole(path, data)
        outputs.append(paths.output(path, rows))

    put(paths.recorded(machine_id), csv_bytes(imported.runs, imported.profile), len(imported.runs))
    if imported.censored is not None:
        put(paths.censored(machine_id), csv_bytes(imported.censored, imported.profile), len(imported.censored))
    else:
        paths.censored(machine_id).unlink(missing_ok=True)
    if imported.configuration is not None:
        put(paths.root / "fleet" / f"{machine_id}.json", json_bytes(imported.configuration))
    runs, apart = len(imported.runs.ids()), 0 if imported.censored is None else len(imported.censored.ids())
    modes = ", ".join(imported.profile.mode_names) or "none: no RUL"
    said = f"imported {len(imported.runs):,} rows in {runs} runs" + (
        f", {apart} runs without a failure kept apart" if apart else ""
    )
    return Result(
        said,
        tuple(outputs),
        {"rows": len(imported.runs), "runs": runs, "censoredRuns": apart},
        text=f"✅ {said[0].upper()}{said[1:]}\nfailure modes: {modes}\n{paths.recorded(machine_id)}",
    )
