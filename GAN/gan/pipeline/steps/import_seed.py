"""Imports recorded run-to-failure data as a machine's seed.

The recorded runs are kept in recorded/{id}.csv. The seed is a copy of them, which generateSeed can make again at any
time, whatever its flags say. Runs without a failure are kept beside it, and count for how long runs last.
"""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from gan.data.runs import Runs
from gan.data.splits import WISHED_A_SPLIT, rows_for
from gan.data.tables import csv_bytes
from gan.machine.profile import Profile, configuration, parse_profile
from gan.machine.proposals.completion import parse_configuration
from gan.machine.wear import MACHINE_TYPES
from gan.pipeline.chain import run
from gan.pipeline.flags import sampling_defaults
from gan.pipeline.runner import Context, json_bytes, run_step
from gan.recording.cmapss import FORMATS, cmapss_columns
from gan.recording.columns import Columns, choose_columns, parse_pairs, parse_words, without
from gan.recording.folder import files_in, folder_rows
from gan.recording.grid import RecordedRun
from gan.recording.known_rows import RunOptions
from gan.recording.large_file import is_large, look_into, some_runs
from gan.recording.names import mode_name
from gan.recording.numbers import Reading, parse_missing
from gan.recording.observed_profile import check_units, check_values, observed_configuration
from gan.recording.recorded_runs import RecordedRuns, as_runs, find_runs, in_turn, own_ids
from gan.recording.remarks import tell_levels, tell_resolution, tell_states, without_counters, without_labels
from gan.recording.settings import at_one_point, find_settings, kept_exactly, parse_settings
from gan.recording.source import digest
from gan.recording.text_table import BLANKS, Layout, read_rows
from gan.recording.times import DATE_ORDERS, TIME_UNITS, Clock, joined
from gan.recording.understood import Understood
from gan.runtime.errors import InvalidInput
from gan.runtime.events import Output, Result
from gan.store.artifacts import ArtifactStore
from gan.store.fleet import machine_ids
from gan.store.layout import key_of, name_of

# The flags that decide the import, besides the file.
OPTIONS = (
    "map", "units", "run_column", "gap_hours", "interval_minutes", "time_unit", "resample", "censored", "no_failures",
    "failure_mode", "delimiter", "machine_type", "manufacturer", "model", "description", "new_profile", "format",
    "columns", "drop", "decimal", "missing", "date_order", "time_zone", "split_at_failures", "settings",
)  # fmt: skip

LEAST_RUNS = 2


def add_options(parser: ArgumentParser) -> None:
    _add_file_options(parser)
    _add_run_options(parser)
    _add_value_options(parser)
    parser.add_argument("--machine_type", choices=MACHINE_TYPES, default=None, help="for a new profile (default other)")
    for name in ("manufacturer", "model", "description"):
        parser.add_argument(f"--{name}", default=None, help="for a new profile")
    parser.add_argument(
        "--new_profile", action="store_true", help="make the profile from these data even if there is one"
    )
    parser.add_argument("--replace", action="store_true", help="replace rows that were imported before")
    parser.add_argument("--dry_run", action="store_true", help="say what is understood of the rows; write nothing")


def _add_file_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--csv",
        required=True,
        help="recorded rows: CSV, plain or gzipped, or parquet, or a folder of such files; of a large file, some runs",
    )
    parser.add_argument(
        "--format", choices=FORMATS, default=None, help="cmapss: blanks, no heading, unit and cycle first, like NASA's"
    )
    parser.add_argument("--columns", default=None, help="names of the columns, a,b,…, of a file without a heading")
    parser.add_argument("--drop", default="", help="columns to leave out, a,b,…")
    parser.add_argument("--map", help="sensor=column,… also for timestamp, run_id, rul, failure_mode; or a JSON file")
    parser.add_argument("--delimiter", default=None, help="between columns (default: as the file shows)")


def _add_run_options(parser: ArgumentParser) -> None:
    parser.add_argument("--run_column", help="column that says which run a row belongs to")
    parser.add_argument("--gap_hours", type=_positive, help="a gap in time longer than this ends a run")
    parser.add_argument("--interval_minutes", type=_positive, help="time from row to row, for data without time stamps")
    parser.add_argument("--time_unit", choices=TIME_UNITS, help="unit of time stamps that are plain numbers")
    parser.add_argument(
        "--date_order", choices=DATE_ORDERS, help="of dates like 1/2/2025: is the day first, or the month?"
    )
    parser.add_argument("--time_zone", default=None, help="of local times, e.g. Europe/Berlin, for clock changes")
    parser.add_argument(
        "--resample", type=_positive, metavar="MINUTES", help="interpolate irregular or missing rows onto this interval"
    )
    parser.add_argument("--censored", default="", help="runs that did not fail, by name: kept apart")
    parser.add_argument(
        "--split_at_failures",
        action="store_true",
        help="each row that reports a failure ends a run, also within one of --run_column",
    )
    parser.add_argument("--no_failures", action="store_true", help="no run ends with a failure: no RUL")
    parser.add_argument(
        "--failure_mode", default="failure", help="name of the failure if no column has one (default failure)"
    )


def _add_value_options(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--settings", default=None, help="columns that are set and not measured, a,b,…, or none (default: as they show)"
    )
    parser.add_argument("--units", help="sensor=unit,… of the data; refused where the profile has another")
    parser.add_argument(
        "--decimal", choices=(".", ","), default=None, help="decimal separator (default: as the file shows)"
    )
    parser.add_argument(
        "--missing",
        default=None,
        help="numbers that mean a missing value, a,b,… (default: -999, 9999 and the like, if far from all others)",
    )


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
    """What an import makes: the profile, its configuration if it is new, the runs, those without a failure, notes."""

    profile: Profile
    configuration: Mapping[str, Any] | None
    runs: Runs
    censored: Runs | None
    notes: tuple[str, ...]
    own: Mapping[str, Mapping[str, str]]


def work(context: Context) -> Result:
    """Imports recorded runs and makes the profile and the seed from them. Raises InvalidInput; then nothing changes."""
    if context.args.dry_run:
        return _dry_run(context)
    notes: list[str] = []
    try:
        imported = read_import(context.store, context.machine_id, context.args, notes)
        _refuse_loss(context, imported)
    finally:
        # For refused rows too: how they were read may explain why.
        for note in dict.fromkeys(notes):
            context.reporter.warning("IMPORT", note)
    parameters = {
        "source": _digest(Path(context.args.csv)),
        **{name: getattr(context.args, name) for name in OPTIONS},
    }
    done = run_step(context, "importSeed", parameters, lambda c: _write(c, imported))
    for step in ("createProfile", "generateSeed"):
        run(_as_step(context), step)
    seed = key_of("seed", context.machine_id)
    return Result(
        done.summary, (*done.outputs, context.store.output(seed, len(imported.runs))), done.metrics, text=done.text
    )


def _digest(path: Path) -> str:
    """Of a file; of a folder, of its files' in their order."""
    if not path.is_dir():
        return digest(path, "csv")
    return hashlib.sha256("".join(digest(file, "csv") for file in files_in(path)).encode()).hexdigest()


def _dry_run(context: Context) -> Result:
    """What would be imported, or why not, as contracts/rows-account.ts has it."""
    understood = Understood()
    try:
        imported = read_import(context.store, context.machine_id, context.args, understood.notes, understood)
        understood.profile = imported.profile
        _refuse_loss(context, imported)
    except InvalidInput as error:
        understood.refused = error
    return Result(understood.summary(), data=understood.to_json())


def _as_step(context: Context) -> Context:
    args = Namespace(
        **{**vars(context.args), "config": None, "machine_type": None, "num_samples": 0, "skip_if_current": False}
    )
    return Context(args, context.store, context.reporter, context.stop)


def read_import(
    store: ArtifactStore,
    machine_id: str,
    args: Namespace,
    notes: list[str] | None = None,
    understood: Understood | None = None,
) -> Imported:
    """Reads and checks recorded rows; writes nothing. Remarks are added to `notes`. Raises InvalidInput.

    understood: is told each thing as soon as it is known, so that it has what led to a refusal.
    """
    notes = [] if notes is None else notes
    understood = Understood() if understood is None else understood
    profile = None if args.new_profile else _known_profile(store, machine_id)
    given = parse_pairs("map", args.map)
    if args.run_column:
        given["run_id"] = args.run_column
    reading = Reading(args.decimal, parse_missing(args.missing), notes)
    table = joined(_read_rows(args, profile, given, reading, notes), notes)
    understood.table = table
    table = without(table, parse_words("drop", args.drop))
    understood.columns = columns = choose_columns(table, profile, given, reading)
    notes += columns.notes
    how = _run_options(args, profile, columns, notes)
    if profile is not None:
        check_units(profile, {**columns.units, **_declared(args, columns)})
    pieces = find_runs(table, columns, how, _physical(profile, how, notes), reading)
    units = {**_measured(reading, columns), **columns.units, **_declared(args, columns)}
    understood.pieces = pieces
    if pieces.dated and not in_turn(pieces.runs):
        notes.append("runs overlap in time: they are laid one after another")
    if profile is None:
        return _with_new_profile(machine_id, pieces, columns, units, args, reading)
    check_units(profile, units)
    _check_settings(profile, args.settings)
    _check_profile(profile, pieces, how)
    return _imported(profile, None, pieces, columns, notes)


def _read_rows(
    args: Namespace, profile: Profile | None, given: Mapping[str, str], reading: Reading, notes: list[str]
) -> pa.Table:
    """The rows of the file; of a large one, those of whole runs, if a column names them."""
    path, layout = Path(args.csv), _layout(args)
    if path.is_dir():
        return folder_rows(path, layout, notes)
    if not is_large(path):
        return read_rows(path, layout, notes)
    file = look_into(path, layout, notes)
    quiet = Reading(reading.decimal, reading.missing)
    run_column = choose_columns(without(file.head, parse_words("drop", args.drop)), profile, given, quiet).roles.get(
        "run_id"
    )
    return read_rows(path, layout, notes) if run_column is None else some_runs(file, run_column, notes)


def _layout(args: Namespace) -> Layout:
    delimiter = None if args.delimiter is None else args.delimiter.replace("\\t", "\t")
    if delimiter is not None and len(delimiter) != 1:
        raise InvalidInput(f"delimiter: {args.delimiter!r} is not one character", field="delimiter")
    if args.columns is not None:
        return Layout(delimiter, tuple(word.strip() for word in args.columns.split(",")))
    if args.format == "cmapss":
        return Layout(delimiter or BLANKS, cmapss_columns(Path(args.csv)))
    return Layout(delimiter)


def _measured(reading: Reading, columns: Columns) -> dict[str, str]:
    """The units that followed the values themselves."""
    return {name: reading.units[column] for name, column in columns.sensors.items() if column in reading.units}


def _known_profile(store: ArtifactStore, machine_id: str) -> Profile | None:
    if machine_id not in machine_ids(store):
        return None
    return parse_configuration({"machine_id": machine_id, **configuration(store, machine_id)})


def _declared(args: Namespace, columns: Columns) -> dict[str, str]:
    """The units given by flag."""
    units = parse_pairs("units", args.units)
    strange = [name for name in units if name not in columns.sensors]
    if strange:
        raise InvalidInput(
            f"units: no sensor {', '.join(strange)}", field="units", hint=f"there are: {', '.join(columns.sensors)}"
        )
    return units


def _run_options(args: Namespace, profile: Profile | None, columns: Columns, notes: list[str]) -> RunOptions:
    mode = mode_name(args.failure_mode)
    if profile is not None and len(profile.failure_modes) == 1 and args.failure_mode == "failure":
        mode = profile.mode_names[0]
    if args.no_failures and profile is not None and profile.failure_modes:
        raise InvalidInput(
            f"no_failures: the profile has failure modes: {', '.join(profile.mode_names)}",
            field="no_failures",
            hint="--new_profile makes another",
        )
    failures = not args.no_failures and (profile is None or bool(profile.failure_modes))
    interval = args.interval_minutes
    if interval is None and profile is not None and args.format == "cmapss" and "timestamp" not in columns.roles:
        interval = profile.sampling_interval_minutes
        notes.append(f"a cycle counts as {interval:g} min: RUL is in hours")
    return RunOptions(
        args.gap_hours,
        interval,
        Clock(args.time_unit, args.date_order, args.time_zone),
        args.resample,
        frozenset(parse_words("censored", args.censored)),
        failures,
        mode,
        args.split_at_failures,
    )


def _physical(profile: Profile | None, how: RunOptions, notes: list[str]) -> Any:
    def check(values: Any) -> Any:
        if profile is None:
            return values
        kept, said = check_values(profile, values, drop=how.resample_minutes is not None)
        notes.extend(said)
        return kept

    return check


def _check_settings(profile: Profile, given: str | None) -> None:
    declared = parse_settings(given, profile.sensor_names)
    if declared is not None and set(declared) != set(profile.settings):
        raise InvalidInput(
            f"settings: the profile has {', '.join(profile.settings) or 'none'}",
            field="settings",
            hint=f"--new_profile makes another, or give the sensors the role in the profile of {profile.machine_id}",
        )


def _check_profile(profile: Profile, pieces: RecordedRuns, how: RunOptions) -> None:
    if abs(pieces.interval_h / profile.interval_hours - 1) > 1e-3:
        raise InvalidInput(
            f"sampling_interval_minutes: the data have a row every {pieces.interval_h * 60:g} min, the profile says "
            f"{profile.sampling_interval_minutes:g}",
            field="sampling_interval_minutes",
            hint=f"--resample {profile.sampling_interval_minutes:g}, or change the profile's configuration, or "
            "--new_profile",
        )
    strange = sorted({str(run.mode) for run in pieces.failed()} - set(profile.mode_names))
    if how.failures and strange:
        raise InvalidInput(
            f"failure_mode: {', '.join(strange)}: not in the profile, which has {', '.join(profile.mode_names)}",
            field="failure_mode",
            hint="--failure_mode <name>, --map failure_mode=<column>, or --new_profile",
        )


def _with_new_profile(
    machine_id: str, pieces: RecordedRuns, columns: Columns, units: Mapping[str, str], args: Namespace, reading: Reading
) -> Imported:
    notes = reading.notes
    about = {
        name: str(value)
        for name in ("machine_type", "manufacturer", "model", "description")
        if (value := getattr(args, name)) is not None
    }
    about.setdefault("description", f"as recorded in {Path(args.csv).name}")
    columns = without_labels(without_counters(columns, pieces, notes), pieces, notes)
    runs = pieces.failed() or pieces.runs
    sensors = tuple(columns.sensors)
    settings = find_settings(runs, sensors, parse_settings(args.settings, sensors), notes)
    states = {name: reading.states[column] for name, column in columns.sensors.items() if column in reading.states}
    made = observed_configuration(
        machine_id,
        runs,
        sensors,
        units,
        pieces.interval_h,
        about,
        pieces.censored(),
        pieces.own,
        settings,
        at_one_point(runs, sensors, settings),
        states,
    )
    profile = parse_profile(made)
    tell_states(profile, notes)
    tell_resolution(profile, notes)
    tell_levels(profile, sensors, runs, kept_exactly(profile, sensors, runs), notes)
    return _imported(profile, made, pieces, columns, notes)


def _imported(
    profile: Profile, made: Mapping[str, Any] | None, pieces: RecordedRuns, columns: Columns, notes: list[str]
) -> Imported:
    sensors = tuple(columns.sensors) if made is not None else profile.sensor_names

    def with_profile_sensors(runs: Any, modes: tuple[str, ...]) -> Runs:
        all_sensors = as_runs(runs, sensors, modes, pieces.interval_h, pieces.dated)
        kept = [sensors.index(name) for name in profile.sensor_names]
        values = np.ascontiguousarray(all_sensors.values[:, kept])
        return Runs(**{**vars(all_sensors), "sensors": profile.sensor_names, "values": values})

    failures = bool(profile.failure_modes)
    kept_apart = pieces.censored() if failures else []
    censored = with_profile_sensors(kept_apart, ()) if kept_apart else None
    if censored is not None:
        labels = ", ".join(run.label for run in kept_apart[:20])
        notes.append(
            f"{len(kept_apart)} runs without a failure count for how long runs last, and for nothing else: {labels}"
        )
    trained = pieces.failed() if failures else pieces.runs
    whole = with_profile_sensors(trained, profile.mode_names)
    if len(whole.ids()) < LEAST_RUNS:
        notes.append(f"{len(whole.ids())} run: {LEAST_RUNS} or more are needed to learn from, 8 are better")
    _propose_sizes(whole, notes)
    own = {
        "runs": _named(trained),
        "censored_runs": _named(kept_apart),
        "failure_modes": {name: pieces.own.get(name, name) for name in profile.mode_names},
        "sensors": {name: columns.sensors[name] for name in profile.sensor_names},
    }
    return Imported(profile, made, whole, censored, tuple(notes), own)


def _named(runs: Sequence[RecordedRun]) -> dict[str, str]:
    """A run's id in the data → its name in the file."""
    labels = [run.label for run in runs]
    return {str(one): label for one, label in zip(own_ids(labels).tolist(), labels, strict=True)}


def _propose_sizes(runs: Runs, notes: list[str]) -> None:
    """Notes how many rows give each split whole runs, where the default does not."""
    default, shares = sampling_defaults()
    mean = len(runs) / len(runs.ids())
    rows = rows_for(mean, min(shares))
    if rows > default:
        notes.append(
            f"runs have {mean:,.0f} rows on average: of the default {default:,} rows the smallest split gets "
            f"{default * min(shares) / mean:.2g} runs. {rows:,} rows give each {WISHED_A_SPLIT}: "
            f"npm run gan -- machine run ID --samples {rows}, or as many for generate_synthetic_data.py. "
            "Fewer rows a run: import with --resample MINUTES"
        )


def _refuse_loss(context: Context, imported: Imported) -> None:
    store, recorded = context.store, key_of("recorded", context.machine_id)
    if context.args.replace or not store.exists(recorded):
        return
    if store.read(recorded) != csv_bytes(imported.runs, imported.profile, exact=True):
        raise InvalidInput(
            f"{context.machine_id} already has imported rows ({name_of(recorded)}), and these are different",
            field="replace",
            hint="--replace puts these in their place",
        )


def _write(context: Context, imported: Imported) -> Result:
    """Writes the recorded rows first: once a machine is in the fleet, they are there."""
    store, machine_id = context.store, context.machine_id
    outputs: list[Output] = []

    def put(artifact: str, data: bytes, rows: int | None = None) -> None:
        store.write(artifact, data)
        outputs.append(store.output(artifact, rows))

    put(key_of("recorded", machine_id), csv_bytes(imported.runs, imported.profile, exact=True), len(imported.runs))
    if imported.censored is not None:
        put(
            key_of("censored", machine_id),
            csv_bytes(imported.censored, imported.profile, exact=True),
            len(imported.censored),
        )
    else:
        store.delete(key_of("censored", machine_id))
    put(key_of("ownNames", machine_id), json_bytes(imported.own))
    if imported.configuration is not None:
        put(key_of("configuration", machine_id), json_bytes(imported.configuration))
    runs, apart = len(imported.runs.ids()), 0 if imported.censored is None else len(imported.censored.ids())
    modes = ", ".join(imported.profile.mode_names) or "none: no RUL"
    said = f"imported {len(imported.runs):,} rows in {runs} runs" + (
        f", {apart} runs without a failure kept apart" if apart else ""
    )
    return Result(
        said,
        tuple(outputs),
        {"rows": len(imported.runs), "runs": runs, "censoredRuns": apart},
        text=f"✅ {said[0].upper()}{said[1:]}\nfailure modes: {modes}\n{store.where(key_of('recorded', machine_id))}",
    )
