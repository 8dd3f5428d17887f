"""Training the temporal TVAE.

Its state is saved every two seconds and when it is asked to stop; resumed, it ends with the same bytes as undisturbed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from gan.data.limits import limit_widths
from gan.data.runs import Floats, Ints, Runs
from gan.machine.profile import Profile
from gan.runtime.contracts import contract
from gan.runtime.errors import InvalidInput, ResourceFailed
from gan.synthesis.checkpoints import Checkpoints
from gan.synthesis.model import Model
from gan.synthesis.temporal_tvae.features import MIN_SPREAD, Rows, prepare
from gan.synthesis.temporal_tvae.given import Followed, Given, fit_given, nothing_followed
from gan.synthesis.temporal_tvae.network import LATENT, Adam, Network
from gan.synthesis.temporal_tvae.stability import stabilised

_PARAMETERS = contract("parameters.schema")["properties"]
LEARNING_RATE = 3e-3
WARM_UP = 0.15
MEMORY_NOISE = 0.1
HELD_OUT_SHARE = 0.25
# Share of the training runs by which early stopping decides.
STOPPING_SHARE = 0.15
WATCHED_ROWS = 500
CHECKPOINT_SECONDS = 2.0
# A loss this far above the best, in nats a sensor, will not come down again.
DIVERGED_NATS = 5.0


class TrainingDiverged(InvalidInput):
    """The loss is no longer finite, or has run away: the data or the parameters must change."""

    code = "TRAINING_DIVERGED"


class TrainingStopped(Exception):
    """Asked to stop; the checkpoint is saved."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"stopped after epoch {epoch}")
        self.epoch = epoch


@dataclass(frozen=True)
class TrainParams:
    """patience: epochs without a better held-out loss after which training ends, 0 for never. time_limit_s: seconds of
    training after which it ends, 0 for none; where it ends then depends on the machine's speed."""

    epochs: int = _PARAMETERS["epochs"]["default"]
    batch_size: int = _PARAMETERS["batchSize"]["default"]
    seed: int = 0
    patience: int = 0
    time_limit_s: float = 0.0


@dataclass(frozen=True)
class EpochReport:
    """Losses are nats a row: negative log-likelihood and divergence. eta_s: seconds to the last epoch."""

    epoch: int
    epochs: int
    loss: float
    held_out_loss: float | None
    eta_s: float
    checkpoint: str | None
    device: str


def split_runs(runs: Runs, random_seed: int) -> tuple[Ints, Ints]:
    """Ids of the runs to train on and of those held out: a quarter, which never reaches the generator."""
    return _set_aside(runs, HELD_OUT_SHARE, np.random.default_rng([random_seed, 1]))


def _set_aside(runs: Runs, share: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Ids of runs to keep and of a share set aside: of each failure mode alike, but never its only run."""
    ids = runs.ids()
    mode = runs.run_modes()
    order = rng.permutation(len(ids))
    order = order[np.argsort(mode[order], kind="stable")]
    if len(np.unique(mode)) < len(ids):
        order = order[np.bincount(mode)[mode[order]] > 1]
    count = min(max(round(share * len(ids)), 1), len(ids) - 1, len(order) - 1) if len(ids) > 1 else 0
    places = (np.arange(count) + rng.random()) * len(order) / max(count, 1)
    aside = order[places.astype(np.int64)]
    return np.delete(ids, aside), np.sort(ids[aside])


def choose_device() -> str:
    """cuda where there is one, else Apple's mps where it computes, else cpu."""
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        try:
            torch.nn.functional.silu(torch.ones(2, 2, device="mps") @ torch.ones(2, 2, device="mps")).cpu()
        except (RuntimeError, NotImplementedError):
            return "cpu"
        return "mps"
    return "cpu"


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
    """Trains a model of the runs that are not held out.

    The held-out runs are only watched: their loss is reported and decides nothing. With patience, some of the training
    runs are set aside to decide when to stop, and the reported loss is theirs.
    Raises TrainingStopped when asked to stop (its checkpoint is saved), TrainingDiverged when the loss runs away,
    ResourceFailed when the device failed.
    """
    torch.set_num_threads(1)
    kept, held_out = split_runs(runs, params.seed)
    learned, watched = kept, held_out
    if params.patience > 0:
        learned, watched = _set_aside(runs.select(kept), STOPPING_SHARE, np.random.default_rng([params.seed, 4]))
    given = fit_given(runs.select(learned), profile.settings)
    preparation, rows = prepare(*_modelled(given, runs.select(learned)), params.seed)
    watch = preparation.apply(*_modelled(given, runs.select(watched))) if len(watched) > 0 else None
    try:
        trainer = _Trainer(rows, watch, params, checkpoints, choose_device())
        trainer.run(should_stop, on_epoch)
    except torch.OutOfMemoryError as error:
        raise ResourceFailed(f"the device is out of memory: {error}", code="CUDA_OUT_OF_MEMORY") from None
    except torch.AcceleratorError as error:
        raise ResourceFailed(f"the device failed: {error}", code="CUDA_FAILED") from None
    header = {
        "machineId": profile.machine_id,
        "sensors": list(runs.sensors),
        "units": [sensor.unit for sensor in profile.sensors],
        "modes": list(runs.modes),
        "regimes": preparation.shape.regimes,
        "kinds": preparation.shape.modes,
        "hiddenKinds": preparation.hidden_kinds,
        "hasRul": runs.rul_h is not None,
        "intervalHours": profile.interval_hours,
        "training": {**asdict(params), "epochsRun": trainer.epoch, "loss": trainer.loss},
        "history": trainer.history,
        "heldOutRuns": held_out.tolist(),
        "trainRuns": kept.tolist(),
        "provenance": dict(provenance),
    }
    low, high, low_width, high_width = limit_widths(profile)
    limits = {"low": low, "high": high, "low_width": low_width, "high_width": high_width}
    known = {} if given is None else given.arrays()
    return Model(header, {**preparation.arrays, **limits, **known, **trainer.weights()})


def _modelled(given: Given | None, runs: Runs) -> tuple[Runs, Followed]:
    """The sensors of runs that are modelled, and what they follow."""
    return (runs, nothing_followed(runs)) if given is None else (given.measured(runs), given.followed(runs))


class _Trainer:
    """Network, optimiser, and the one random generator."""

    def __init__(
        self, rows: Rows, watch: Rows | None, params: TrainParams, checkpoints: Checkpoints, device: str
    ) -> None:
        self.params = params
        self.device = device
        self.epoch = 0
        # Per epoch: loss and held-out loss.
        self.history: list[list[float | None]] = []
        self._seconds = 0.0
        self._checkpoints = checkpoints
        self._generator = torch.Generator().manual_seed(params.seed)
        self._sensors, memory, cond = rows.x.shape[1], rows.memory.shape[1], rows.cond.shape[1]
        self._memory = slice(self._sensors, self._sensors + memory)
        self._rows = _tensor(rows, device)
        self._watch = None if watch is None else _tensor(watch, device)[:: max(1, len(watch.x) // WATCHED_ROWS)]
        torch.manual_seed(params.seed)
        self._network = Network(self._sensors, memory, cond, *_linear_start(rows)).to(device)
        self._optimiser = Adam(self._network)
        self._best: tuple[float, int, Tensor] = (math.inf, 0, self._optimiser.weights.clone())
        self._watch_noise = None if self._watch is None else self._noise(len(self._watch), LATENT)
        # Drawn once: each epoch applies it to the rows in another order, and drawing anew takes a seventh of the time.
        self._memory_noise = MEMORY_NOISE * self._noise(len(self._rows), memory)
        self._restore()

    @property
    def loss(self) -> float:
        return math.nan if not self.history else float(self.history[-1][0] or 0.0)

    def run(self, should_stop: Callable[[], bool], on_epoch: Callable[[EpochReport], None]) -> None:
        began, first, before = time.monotonic(), self.epoch, self._seconds
        saved = began
        checkpoint: str | None = None
        while not self._finished():
            self._learn()
            now, stop = time.monotonic(), should_stop()
            self._seconds = before + now - began
            if not self._finished() and (stop or now - saved >= CHECKPOINT_SECONDS):
                checkpoint = self._checkpoints.flush() or checkpoint
                self._checkpoints.save(self._state())
                saved = now
            if stop and not self._finished():
                checkpoint = self._checkpoints.flush()
            eta = (now - began) / (self.epoch - first) * (self.params.epochs - self.epoch)
            loss, watched = self.history[-1]
            assert loss is not None
            on_epoch(EpochReport(self.epoch, self.params.epochs, loss, watched, eta, checkpoint, self.device))
            if stop and not self._finished():
                raise TrainingStopped(self.epoch)
        self._checkpoints.flush()
        if self.params.patience > 0:
            self._optimiser.weights.copy_(self._best[2])

    def weights(self) -> dict[str, Floats]:
        """The decoder's arrays, and the linear path's, made stable: all that sampling needs of the network."""
        state = self._network.state_dict()
        arrays = {f"net.{k}": v.cpu().numpy() for k, v in state.items() if not k.startswith("encoder")}
        return {**arrays, "net.skip.weight": stabilised(arrays["net.skip.weight"])}

    def _finished(self) -> bool:
        p = self.params
        patient = p.patience == 0 or self.epoch - self._best[1] < p.patience
        in_time = p.time_limit_s == 0 or self._seconds < p.time_limit_s
        return self.epoch >= p.epochs or not patient or (self.epoch > 0 and not in_time)

    def _learn(self) -> None:
        """Runs one epoch and records its losses. Raises TrainingDiverged."""
        loss = self._one_epoch()
        watched = self._watched_loss()
        self.epoch += 1
        best = min((past[0] for past in self.history if past[0] is not None), default=math.inf)
        if not math.isfinite(loss) or loss > best + DIVERGED_NATS * self._sensors:
            raise TrainingDiverged(
                f"the loss of epoch {self.epoch} is {loss:g}, the best was {best:g}",
                hint="look at the seed for values far off, or train with larger batches",
            )
        self.history.append([loss, watched])
        if watched is not None and watched < self._best[0]:
            self._best = (
                watched,
                self.epoch,
                self._optimiser.weights.clone() if self.params.patience else self._best[2],
            )

    def _one_epoch(self) -> float:
        """All rows once, in a new order."""
        count, size = len(self._rows), min(self.params.batch_size, len(self._rows))
        order = torch.randperm(count, generator=self._generator).to(self.device)
        rows = self._rows.index_select(0, order)
        rows[:, self._memory] += self._memory_noise
        noise = self._noise(count, LATENT)
        batches = max(count // size, 1)
        total = torch.zeros((), device=self.device)
        for at in range(batches):
            batch = slice(at * size, (at + 1) * size)
            total += self._network.learn(rows[batch], noise[batch])
            self._optimiser.step(self._rate((self.epoch + at / batches) / self.params.epochs))
        return float(total) / batches

    def _watched_loss(self) -> float | None:
        if self._watch is None or self._watch_noise is None:
            return None
        with torch.no_grad():
            return float(self._network.loss(self._watch, self._watch_noise))

    def _noise(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self._generator).to(self.device)

    @staticmethod
    def _rate(done: float) -> float:
        """Learning rate: warm-up, then half a cosine to a hundredth."""
        share = done / WARM_UP if done < WARM_UP else 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))
        return LEARNING_RATE * max(share, 0.01)

    def _state(self) -> dict[str, Any]:
        return {
            "epoch": self.epoch,
            "history": self.history,
            "seconds": self._seconds,
            "optimiser": self._optimiser.state(),
            "generator": self._generator.get_state(),
            "best": list(self._best),
        }

    def _restore(self) -> None:
        state = self._checkpoints.load()
        if state is None:
            return
        self.epoch, self.history, self._seconds = state["epoch"], state["history"], state["seconds"]
        self._optimiser.restore(state["optimiser"])
        self._generator.set_state(state["generator"])
        loss, epoch, weights = state["best"]
        self._best = (loss, epoch, weights.to(self.device))


def _tensor(rows: Rows, device: str) -> Tensor:
    """(N, sensors + memory + condition), single precision."""
    joined = np.concatenate([rows.x, rows.memory, rows.cond], axis=1, dtype=np.float32)
    return torch.from_numpy(joined).to(device)


def _linear_start(rows: Rows) -> tuple[Floats, Floats]:
    """Least squares from memory and condition to the row: (1 + inputs, sensors), constant first, and the standard
    deviation of its residual, (sensors,)."""
    inputs = np.concatenate([np.ones((len(rows.x), 1)), rows.memory, rows.cond], axis=1)
    penalty = np.eye(inputs.shape[1])
    skip = np.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ rows.x)
    return np.asarray(skip), np.maximum((rows.x - inputs @ skip).std(axis=0), MIN_SPREAD)
