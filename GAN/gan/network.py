"""The network of the temporal TVAE and its optimiser: a conditional variational autoencoder of a row, given its past.

The encoder sees a row, its run's memory and its condition; the decoder sees a latent draw, memory and condition. A linear
path from memory and condition to the row, begun by least squares, leaves to the decoder what is not linear.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from gan.runs import Floats

HIDDEN = 64
LATENT = 8
LOG_SIGMA_START = -0.5
LOG_SIGMA_RANGE = (-6.0, 3.0)
LOG_VARIANCE_RANGE = (-12.0, 6.0)
WEIGHT_DECAY = 1e-5
MAX_GRADIENT_NORM = 5.0


class Network(nn.Module):
    """skip: (1 + memory + condition, sensors), the linear path's start, its constant first."""

    def __init__(self, sensors: int, memory: int, cond: int, skip: Floats) -> None:
        super().__init__()
        self.sensors = sensors
        self.cond = cond
        self.encoder = _mlp(sensors + memory + cond, 2 * LATENT)
        self.decoder = _mlp(LATENT + memory + cond, sensors)
        self.skip = nn.Linear(memory + cond, sensors)
        self.log_sigma = nn.Linear(cond, sensors)
        with torch.no_grad():
            self.skip.weight.copy_(torch.from_numpy(skip[1:].T))
            self.skip.bias.copy_(torch.from_numpy(skip[0]))
            self.log_sigma.weight.zero_()
            self.log_sigma.bias.fill_(LOG_SIGMA_START)

    def loss(self, rows: Tensor, noise: Tensor) -> Tensor:
        """Mean negative evidence lower bound of rows, nats. rows: (N, sensors + memory + condition); noise: (N, LATENT)
        standard normal."""
        x, past, cond = rows[:, : self.sensors], rows[:, self.sensors :], rows[:, -self.cond :]
        mean, log_var = self.encoder(rows).chunk(2, 1)
        log_var = log_var.clamp(*LOG_VARIANCE_RANGE)
        z = mean + noise * torch.exp(0.5 * log_var)
        expected = self.decoder(torch.cat([z, past], 1)) + self.skip(past)
        log_sigma = self.log_sigma(cond).clamp(*LOG_SIGMA_RANGE)
        nll = (0.5 * ((x - expected) * torch.exp(-log_sigma)) ** 2 + log_sigma + 0.5 * math.log(2 * math.pi)).sum(1)
        divergence = 0.5 * (mean**2 + torch.exp(log_var) - log_var - 1).sum(1)
        loss: Tensor = (nll + divergence).mean()
        return loss


def _mlp(inputs: int, outputs: int) -> nn.Sequential:
    layers = [nn.Linear(inputs, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, HIDDEN), nn.SiLU(), nn.Linear(HIDDEN, outputs)]
    return nn.Sequential(*layers)


class Adam:
    """AdamW (Loshchilov and Hutter, 2019) of all parameters as one vector.

    One tensor instead of sixteen is four times as fast at this size, and torch.optim costs a second to import.
    """

    BETAS = (0.9, 0.999)
    EPSILON = 1e-8

    def __init__(self, network: nn.Module) -> None:
        parameters = list(network.parameters())
        self.weights = torch.cat([p.detach().reshape(-1) for p in parameters])
        self._gradient = torch.zeros_like(self.weights)
        self._mean, self._square, self._steps = torch.zeros_like(self.weights), torch.zeros_like(self.weights), 0
        at = 0
        for p in parameters:
            end = at + p.numel()
            p.data, p.grad = self.weights[at:end].view_as(p), self._gradient[at:end].view_as(p)
            at = end

    def step(self, loss: Tensor, rate: float) -> None:
        """One step down the gradient of loss."""
        self._gradient.zero_()
        torch.autograd.backward(loss)
        gradient = self._gradient
        gradient.mul_((MAX_GRADIENT_NORM / torch.linalg.vector_norm(gradient).clamp(min=1e-12)).clamp(max=1.0))
        self._steps += 1
        first, second = self.BETAS
        self._mean.lerp_(gradient, 1 - first)
        self._square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        size = self._square.sqrt().div_(math.sqrt(1 - second**self._steps)).add_(self.EPSILON)
        self.weights.mul_(1 - rate * WEIGHT_DECAY)
        self.weights.addcdiv_(self._mean, size, value=-rate / (1 - first**self._steps))

    def state(self) -> dict[str, Tensor | int]:
        return {"weights": self.weights, "mean": self._mean, "square": self._square, "steps": self._steps}

    def restore(self, state: dict[str, Tensor | int]) -> None:
        for mine, name in ((self.weights, "weights"), (self._mean, "mean"), (self._square, "square")):
            mine.copy_(state[name])  # type: ignore[arg-type]
        self._steps = int(state["steps"])
