"""The baseline that users know: SDV's stock TVAE on single rows, which are then sorted by RUL and split into runs.

It learns rows (sensors, rul, failure_mode) and knows nothing of time: neighbouring rows of a run are unrelated, and RUL
is a column like the others. Validation is expected to say so; that is what a baseline is for.

SDV is BUSL-1.1 and not installed with this project: `npm run setup -- --bench` puts it into an environment of its own,
.venv-bench. It trains with SDV; the model file holds what SDV learned as arrays, and sampling computes from them what
SDV's and CTGAN's `sample` compute, so that it needs neither and runs no code from a file. SDV has no checkpoints,
progress or early stopping: an interrupted training starts over.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from gan.data.conditions import AS_THEY_OCCUR, Conditions
from gan.data.runs import REPAIR_HOURS, Floats, Ints, Runs
from gan.machine.profile import Profile
from gan.runtime.errors import InvalidInput, MissingPrerequisite
from gan.synthesis.model import Model
from gan.synthesis.temporal_tvae.sampler import SamplingStopped

if TYPE_CHECKING:
    from gan.synthesis.checkpoints import Checkpoints
    from gan.synthesis.temporal_tvae.trainer import EpochReport, TrainParams

TABLE = "rows"
# rdt.transformers.numerical.ClusterBasedNormalizer.STD_MULTIPLIER: values are scaled by 4 deviations of a component.
DEVIATIONS = 4.0
CHUNK_ROWS = 10_000


def train(
    runs: Runs,
    profile: Profile,
    params: TrainParams,
    *,
    checkpoints: Checkpoints,
    provenance: Mapping[str, Any],
    should_stop: Callable[[], bool],
    on_epoch: Callable[[EpochReport], None],
) -> Model:
    """Fits stock TVAE to the rows of the runs that are not held out. Raises MissingPrerequisite without SDV.

    It ignores checkpoints and should_stop, and calls on_epoch once, at the end.
    """
    stock = _stock()
    import torch

    from gan.synthesis.temporal_tvae.trainer import EpochReport, split_runs

    torch.set_num_threads(1)
    torch.manual_seed(params.seed)
    np.random.seed(params.seed)
    kept, held_out = split_runs(runs, params.seed)
    mine = runs.select(kept)
    synthesizer = fit(stock, mine, params.epochs, params.batch_size)
    losses = synthesizer.get_loss_values()
    history = losses.groupby("Epoch")["Loss"].mean().tolist()
    loss = float(history[-1])
    on_epoch(EpochReport(params.epochs, params.epochs, loss, None, 0.0, None, str(synthesizer._model._device)))
    header = {
        "synthesizer": "sdv-tvae",
        "machineId": profile.machine_id,
        "sensors": list(runs.sensors),
        "units": [sensor.unit for sensor in profile.sensors],
        "modes": list(runs.modes),
        "hasRul": runs.rul_h is not None,
        "intervalHours": profile.interval_hours,
        "training": {**asdict(params), "epochsRun": params.epochs, "loss": loss},
        "history": [[float(each), None] for each in history],
        "heldOutRuns": held_out.tolist(),
        "trainRuns": kept.tolist(),
        "provenance": dict(provenance),
    }
    known = {"unit_lengths": mine.lengths().astype(np.float64), "unit_modes": mine.run_modes().astype(np.float64)}
    return Model(header, {**_learned(synthesizer, runs.modes), **known})


def _stock() -> Any:
    """SDV's single-table synthesizers. Raises MissingPrerequisite."""
    try:
        return import_module("sdv.single_table")
    except ModuleNotFoundError:
        raise MissingPrerequisite(
            "the synthesizer sdv-tvae needs the package sdv (licence BUSL-1.1), which is not installed here",
            hint="run: npm run setup -- --bench, then this with .venv-bench/bin/python (GAN_PYTHON for npm run fleet)",
            code="SDV_MISSING",
        ) from None


def fit(stock: Any, runs: Runs, epochs: int, batch_size: int) -> Any:
    """Stock TVAE with SDV's defaults, fitted to the rows."""
    import pandas as pd

    frame = pd.DataFrame(runs.values, columns=list(runs.sensors))
    kinds = dict.fromkeys(runs.sensors, "numerical")
    if runs.rul_h is not None and runs.failure_mode is not None:
        frame["rul"] = runs.rul_h
        frame["failure_mode"] = np.array(runs.modes)[runs.failure_mode]
        kinds |= {"rul": "numerical", "failure_mode": "categorical"}
    columns = {name: {"sdtype": kind} for name, kind in kinds.items()}
    metadata = import_module("sdv.metadata").Metadata.load_from_dict(
        {"tables": {TABLE: {"columns": columns}}, "relationships": []}
    )
    synthesizer = stock.TVAESynthesizer(metadata, epochs=epochs, batch_size=batch_size)
    synthesizer.fit({TABLE: frame})
    return synthesizer


def _learned(synthesizer: Any, modes: tuple[str, ...]) -> dict[str, Floats]:
    """The decoder, and of each numerical column its mixture's components, its limits and its digits.

    mixture.mean, mixture.deviation: (columns, components), NaN beyond a column's own. mode_codes: (modes that occur,).
    """
    tvae = synthesizer._model
    infos = tvae.transformer._column_transform_info_list
    numerical = [info for info in infos if info.column_type == "continuous"]
    rounding = synthesizer._data_processor._hyper_transformer.field_transformers
    formatters = [rounding[info.column_name] for info in numerical]
    categories = [info.transform.dummies for info in infos if info.column_type == "discrete"]
    digits = [math.nan if f._rounding_digits is None else f._rounding_digits for f in formatters]
    return {
        **{f"net.{name}": value.cpu().numpy() for name, value in tvae.decoder.state_dict().items()},
        "mixture.mean": _padded([_component(info.transform, "means_") for info in numerical]),
        "mixture.deviation": _padded([np.sqrt(_component(info.transform, "covariances_")) for info in numerical]),
        "low": np.array([f._min_value for f in formatters], dtype=np.float64),
        "high": np.array([f._max_value for f in formatters], dtype=np.float64),
        "digits": np.array(digits, dtype=np.float64),
        "mode_codes": np.array([modes.index(name) for names in categories for name in names], dtype=np.float64),
    }


def _component(transformer: Any, name: str) -> Floats:
    values = getattr(transformer._bgm_transformer, name).reshape(-1)
    return np.asarray(values[transformer.valid_component_indicator], dtype=np.float64)


def _padded(columns: list[Floats]) -> Floats:
    width = max(len(column) for column in columns)
    return np.stack([np.pad(column, (0, width - len(column)), constant_values=np.nan) for column in columns])


def batches(
    model: Model,
    sizes: Mapping[str, int],
    random_seed: int,
    *,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
    conditions: Conditions = AS_THEY_OCCUR,
) -> Iterator[tuple[str, Runs]]:
    """Splits of exactly so many rows, each sorted by RUL and split into runs, which takes the whole split at once.

    Raises SamplingStopped; InvalidInput for conditions, since it knows nothing of runs.
    """
    if conditions != AS_THEY_OCCUR:
        raise InvalidInput(
            "runs, failure_mode, life_hours, condition: sdv-tvae samples rows: only temporal-tvae can be asked"
        )
    rng = np.random.default_rng([random_seed, 2])
    total, done, first = sum(sizes.values()), 0, 1
    for split, count in sizes.items():
        parts: list[tuple[Floats, Ints]] = []
        for at in range(0, count, CHUNK_ROWS):
            if should_stop():
                raise SamplingStopped
            parts.append(_rows(model, min(CHUNK_ROWS, count - at), rng))
            done += len(parts[-1][0])
            on_progress(done, total)
        values, mode = (np.concatenate(part) for part in zip(*parts, strict=True))
        runs = _cut(model, values, mode, first, rng)
        first += len(runs.ids())
        yield split, runs


def _rows(model: Model, count: int, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Independent rows: sensors and, where there is one, RUL, (N, columns), and their failure modes, (N,)."""
    a = model.arrays
    x = rng.normal(size=(count, a["net.seq.0.weight"].shape[1]))
    for layer in (0, 2, 4):
        x = x @ a[f"net.seq.{layer}.weight"].T + a[f"net.seq.{layer}.bias"]
        x = np.maximum(x, 0) if layer < 4 else np.tanh(x)
    columns: list[Floats] = []
    at = 0
    for mean, deviation in zip(a["mixture.mean"], a["mixture.deviation"], strict=True):
        end = at + 1 + int(np.isfinite(mean).sum())
        within = np.clip(rng.normal(x[:, at], a["net.sigma"][at]), -1, 1)
        component = x[:, at + 1 : end].argmax(axis=1)
        columns.append(within * DEVIATIONS * deviation[component] + mean[component])
        at = end
    codes = a["mode_codes"]
    mode = codes[x[:, at:].argmax(axis=1)].astype(np.int64) if len(codes) > 0 else np.zeros(count, dtype=np.int64)
    return _rounded(np.clip(np.column_stack(columns), a["low"], a["high"]), a["digits"]), mode


def _rounded(values: Floats, digits: Floats) -> Floats:
    """To the digits of each column; NaN where it has none."""
    scale = np.where(np.isfinite(digits), 10.0 ** np.nan_to_num(digits), np.nan)
    return np.asarray(np.where(np.isfinite(scale), np.round(values * scale) / scale, values))


def _cut(model: Model, values: Floats, mode: Ints, first: int, rng: np.random.Generator) -> Runs:
    """Rows dealt into runs of their failure mode, as long as the training runs of it, each sorted by falling RUL."""
    header, sensors = model.header, len(model.header["sensors"])
    known, known_modes = model.arrays["unit_lengths"], model.arrays["unit_modes"]
    runs: list[Ints] = []
    for code in np.unique(mode):
        mine = np.flatnonzero(mode == code)
        like = known[known_modes == code] if (known_modes == code).any() else known
        lengths = rng.permutation(np.resize(like, 1 + int(len(mine) // like.min()))).astype(np.int64)
        ends = np.cumsum(lengths)
        runs += [part for part in np.split(rng.permutation(mine), ends[ends < len(mine)]) if len(part) > 0]
    runs = [runs[i] for i in rng.permutation(len(runs))]
    if header["hasRul"]:
        runs = [part[np.argsort(-values[part, sensors], kind="stable")] for part in runs]
    order = np.concatenate(runs)
    run = np.repeat(np.arange(len(runs)), [len(part) for part in runs])
    return Runs(
        sensors=tuple(header["sensors"]),
        values=values[order, :sensors],
        run_id=run + first,
        time_h=np.arange(len(order)) * float(header["intervalHours"]) + run * REPAIR_HOURS,
        rul_h=values[order, sensors] if header["hasRul"] else None,
        failure_mode=mode[order] if header["hasRul"] else None,
        modes=tuple(header["modes"]),
    )
