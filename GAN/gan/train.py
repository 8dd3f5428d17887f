"""Training the temporal TVAE: a conditional variational autoencoder of a row, given its run's past, life and mode.

Its state is saved every two seconds and when it is asked to stop; resumed, it ends with the bytes it would have had.
"""

from __future__ import annotations

import hashlib
import io
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gan.errors import ResourceFailed, StepError
from gan.files import write_whole
from gan.limits import limit_widths
from gan.model import Model
from gan.profile import Profile
from gan.runs import Floats, Ints, Runs
from gan.sequence import Prepared, prepare

HIDDEN = 64
LATENT = 8
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 1e-5
WARM_UP = 0.15
MEMORY_NOISE = 0.05
HELD_OUT_SHARE = 0.25
CHECKPOINT_SECONDS = 2.0
DEFAULT_LOG_SIGMA = -0.5


class TrainingDiverged(StepError):
    """The loss is no longer a number: the data or the parameters must change."""

    exit_code = 2
    code = "TRAINING_DIVERGED"


class TrainingStopped(Exception):
    """Asked to stop; the checkpoint is saved."""

    def __init__(self, epoch: int) -> None:
        super().__init__(f"stopped after epoch {epoch}")
        self.epoch = epoch


@dataclass(frozen=True)
class TrainParams:
    epochs: int = 300
    batch_size: int = 500
    seed: int = 0


@dataclass(frozen=True)
class EpochReport:
    """Losses are nats a row: negative log-likelihood and divergence."""

    epoch: int
    epochs: int
    loss: float
    held_out_loss: float | None
    eta_s: float
    checkpoint: str | None
    device: str


def split_runs(runs: Runs, seed: int) -> tuple[Ints, Ints]:
    """Ids of the runs to train on and of those held out: a quarter, which never reaches the generator."""
    ids = runs.ids()
    count = min(max(round(HELD_OUT_SHARE * len(ids)), 1), len(ids) - 1) if len(ids) > 1 else 0
    order = np.random.default_rng([seed, 1]).permutation(len(ids))
    return np.sort(ids[order[count:]]), np.sort(ids[order[:count]])


class Network(nn.Module):
    """Encoder to a latent normal, decoder to a row's mean; a linear path from memory to mean, begun by least squares."""

    def __init__(self, sensors: int, memory: int, cond: int, skip: Floats) -> None:
        super().__init__()
        self.encoder = _mlp(sensors + memory + cond, 2 * LATENT)
        self.decoder = _mlp(LATENT + memory + cond, sensors)
        self.skip = nn.Linear(memory + cond, sensors)
        self.log_sigma = nn.Linear(cond, sensors)
        with torch.no_grad():
            self.skip.weight.copy_(torch.from_numpy(skip[1:].T))
            self.skip.bias.copy_(torch.from_numpy(skip[0]))
            self.log_sigma.weight.zero_()
            self.log_sigma.bias.fill_(DEFAULT_LOG_SIGMA)

    def loss(self, x: Tensor, memory: Tensor, cond: Tensor, noise: Tensor) -> Tensor:
        """Mean negative evidence lower bound of rows, nats. noise: (N, LATENT) standard normal."""
        past = torch.cat([memory, cond], 1)
        mean, log_var = self.encoder(torch.cat([x, past], 1)).chunk(2, 1)
        log_var = log_var.clamp(-12, 6)
        z = mean + noise * torch.exp(0.5 * log_var)
        expected = self.decoder(torch.cat([z, past], 1)) + self.skip(past)
        log_sigma = self.log_sigma(cond).clamp(-6, 3)
        nll = (0.5 * ((x - expected) * torch.exp(-log_sigma)) ** 2 + log_sigma + 0.5 * math.log(2 * math.pi)).sum(1)
        divergence = 0.5 * (mean**2 + torch.exp(log_var) - log_var - 1).sum(1)
        loss: Tensor = (nll + divergence).mean()
        return loss


def _mlp(inputs: int, outputs: int) -> nn.Sequential:
    layers = [nn.Linear(inputs, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, outputs)]
    return nn.Sequential(*layers)


class Checkpoints:
    """The two newest states of one training. A damaged one falls back to the one before it."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._key = key
        self._slot = 0

    def save(self, state: Mapping[str, Any]) -> Path:
        buffer = io.BytesIO()
        torch.save({**state, "key": self._key}, buffer)
        data = buffer.getvalue()
        path = self._path(self._slot)
        write_whole(path, hashlib.sha256(data).hexdigest().encode() + data)
        self._slot = 1 - self._slot
        return path

    def load(self) -> dict[str, Any] | None:
        """The newest state that is whole and of this training, or None."""
        found = [(state["epoch"], slot, state) for slot in (0, 1) if (state := self._read(slot)) is not None]
        if not found:
            return None
        _, slot, state = max(found, key=lambda entry: entry[:2])
        self._slot = 1 - slot
        return state

    def _read(self, slot: int) -> dict[str, Any] | None:
        try:
            raw = self._path(slot).read_bytes()
        except FileNotFoundError:
            return None
        digest, data = raw[:64], raw[64:]
        if hashlib.sha256(data).hexdigest().encode() != digest:
            return None
        state: dict[str, Any] = torch.load(io.BytesIO(data), weights_only=True)
        return state if state["key"] == self._key else None

    def _path(self, slot: int) -> Path:
        return self._folder / f"checkpoint-{slot}.pt"


def choose_device() -> str:
    """cuda where there is one, else cpu."""
    return "cuda" if torch.cuda.is_available() else "cpu"


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

    Raises TrainingStopped when asked to stop (its checkpoint is saved), TrainingDiverged when the loss is no number,
    ResourceFailed when the device ran out of memory.
    """
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True, warn_only=True)
    kept, held_out = split_runs(runs, params.seed)
    prepared = prepare(runs.select(kept))
    try:
        trainer = _Trainer(prepared, params, checkpoints, choose_device())
        trainer.run(should_stop, on_epoch)
    except torch.OutOfMemoryError as error:
        raise ResourceFailed(f"the device is out of memory: {error}", code="CUDA_OUT_OF_MEMORY") from None
    header = {
        "machineId": profile.machine_id,
        "sensors": list(runs.sensors),
        "modes": list(runs.modes),
        "hasRul": runs.rul_h is not None,
        "intervalHours": profile.interval_hours,
        "training": {
            "epochs": params.epochs,
            "batchSize": params.batch_size,
            "seed": params.seed,
            "loss": trainer.loss,
        },
        "heldOutRuns": held_out.tolist(),
        "trainRuns": kept.tolist(),
        "provenance": dict(provenance),
    }
    low, high, low_width, high_width = limit_widths(profile)
    limits = {"low": low, "high": high, "low_width": low_width, "high_width": high_width}
    return Model(header, {**prepared.arrays, **limits, **trainer.weights()})


class _Trainer:
    """Network, optimiser and the one generator of everything random."""

    def __init__(self, prepared: Prepared, params: TrainParams, checkpoints: Checkpoints, device: str) -> None:
        self.params = params
        self.device = device
        self.loss = math.nan
        self._checkpoints = checkpoints
        self._checkpoint: str | None = None
        torch.manual_seed(params.seed)
        self._generator = torch.Generator().manual_seed(params.seed)
        self._x, self._memory, self._cond = (
            torch.from_numpy(a.astype(np.float32)).to(device) for a in (prepared.x, prepared.memory, prepared.cond)
        )
        self._network = Network(
            prepared.x.shape[1], prepared.memory.shape[1], prepared.cond.shape[1], _linear_start(prepared)
        ).to(device)
        self._optimiser = torch.optim.AdamW(
            self._network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY, fused=True
        )
        self._epoch = 0
        self._restore()

    def run(self, should_stop: Callable[[], bool], on_epoch: Callable[[EpochReport], None]) -> None:
        began, first, saved = time.monotonic(), self._epoch, time.monotonic()
        while self._epoch < self.params.epochs:
            self.loss = self._one_epoch()
            self._epoch += 1
            if not math.isfinite(self.loss):
                raise TrainingDiverged(
                    f"the loss of epoch {self._epoch} is {self.loss}", hint="look at the seed for values far off"
                )
            stop = should_stop()
            now = time.monotonic()
            if self._epoch < self.params.epochs and (stop or now - saved >= CHECKPOINT_SECONDS):
                self._save()
                saved = now
            eta = (now - began) / (self._epoch - first) * (self.params.epochs - self._epoch)
            on_epoch(EpochReport(self._epoch, self.params.epochs, self.loss, None, eta, self._checkpoint, self.device))
            if stop and self._epoch < self.params.epochs:
                raise TrainingStopped(self._epoch)

    def weights(self) -> dict[str, Floats]:
        """The decoder's arrays: all that sampling needs of the network."""
        state = self._network.state_dict()
        return {f"net.{k}": v.cpu().numpy() for k, v in state.items() if not k.startswith("encoder")}

    def _one_epoch(self) -> float:
        rows, size = len(self._x), min(self.params.batch_size, len(self._x))
        order = torch.randperm(rows, generator=self._generator)
        batches = max(rows // size, 1)
        total = torch.zeros((), device=self.device)
        for at in range(batches):
            pick = order[at * size : (at + 1) * size].to(self.device)
            self._set_rate((self._epoch + at / batches) / self.params.epochs)
            total += self._one_batch(pick)
        return float(total) / batches

    def _one_batch(self, pick: Tensor) -> Tensor:
        memory = self._memory[pick]
        noise = self._noise(len(pick), LATENT)
        blur = MEMORY_NOISE * self._noise(*memory.shape)
        loss = self._network.loss(self._x[pick], memory + blur, self._cond[pick], noise)
        self._optimiser.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self._network.parameters(), 5.0)
        self._optimiser.step()
        return loss.detach()

    def _noise(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self._generator).to(self.device)

    def _set_rate(self, done: float) -> None:
        """Warm-up, then half a cosine to a hundredth."""
        rate = done / WARM_UP if done < WARM_UP else 0.5 * (1 + math.cos(math.pi * (done - WARM_UP) / (1 - WARM_UP)))
        for group in self._optimiser.param_groups:
            group["lr"] = LEARNING_RATE * max(rate, 0.01)

    def _save(self) -> None:
        state = {
            "epoch": self._epoch,
            "loss": self.loss,
            "network": self._network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "generator": self._generator.get_state(),
        }
        self._checkpoint = self._checkpoints.save(state).name

    def _restore(self) -> None:
        state = self._checkpoints.load()
        if state is None:
            return
        self._epoch, self.loss = state["epoch"], state["loss"]
        self._network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._generator.set_state(state["generator"])


def _linear_start(prepared: Prepared) -> Floats:
    """Least squares from memory and condition to the row: (1 + inputs, sensors), the constant first."""
    inputs = np.concatenate([np.ones((len(prepared.x), 1)), prepared.memory, prepared.cond], axis=1)
    penalty = np.eye(inputs.shape[1])
    return np.asarray(np.linalg.solve(inputs.T @ inputs + penalty, inputs.T @ prepared.x))
