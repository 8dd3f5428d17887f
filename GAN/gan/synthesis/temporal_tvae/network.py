"""The network of the temporal TVAE and its optimiser: a conditional variational autoencoder of a row, given its past.

The encoder sees a row, its run's memory and its condition; the decoder sees a latent draw, memory and condition. A
linear path from memory and condition to the row, initialised by least squares, leaves the decoder what is not linear.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import torch
from torch import Tensor, nn

from gan.data.runs import Floats

# Wider, or less regularised, the network memorises the training runs: on held-out runs it is worse by nats.
HIDDEN = 32
LATENT = 8
# Hidden layers. A second one in the encoder costs a tenth of the time and changes no loss, held out or not.
ENCODER_LAYERS, DECODER_LAYERS = 1, 2
LOG_SIGMA_RANGE = (-6.0, 3.0)
LOG_VARIANCE_RANGE = (-12.0, 6.0)
WEIGHT_DECAY = 2.0
MAX_GRADIENT_NORM = 5.0


class Network(nn.Module):
    """skip: (1 + memory + condition, sensors), the linear path's initial weights, constant first. rest: (sensors,), the
    standard deviation of its residual."""

    def __init__(self, sensors: int, memory: int, cond: int, skip: Floats, rest: Floats) -> None:
        super().__init__()
        self.sensors = sensors
        self.cond = cond
        self.encoder = _mlp(sensors + memory + cond, 2 * LATENT, ENCODER_LAYERS)
        self.decoder = _mlp(LATENT + memory + cond, sensors, DECODER_LAYERS)
        self.skip = nn.Linear(memory + cond, sensors)
        self.log_sigma = nn.Linear(cond, sensors)
        with torch.no_grad():
            self.skip.weight.copy_(torch.from_numpy(skip[1:].T))
            self.skip.bias.copy_(torch.from_numpy(skip[0]))
            self.log_sigma.weight.zero_()
            self.log_sigma.bias.copy_(torch.from_numpy(np.log(rest)))
        self._manual: _ManualBackprop | None = None

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

    def learn(self, rows: Tensor, noise: Tensor) -> Tensor:
        """Returns the loss of rows, and writes its gradient into the parameters' `grad`, which must exist.

        By manual backprop: at this size autograd's bookkeeping costs as much as the arithmetic.
        """
        if self._manual is None:
            self._manual = _ManualBackprop(self)
        return self._manual.learn(rows, noise)


def _mlp(inputs: int, outputs: int, hidden: int) -> nn.Sequential:
    widths = [inputs, *[HIDDEN] * hidden, outputs]
    layers = [layer for a, b in pairwise(widths) for layer in (nn.Linear(a, b), nn.SiLU())]
    return nn.Sequential(*layers[:-1])


class _ManualBackprop:
    """A hand-written forward and backward pass on the parameters' storage, which the optimiser changes in place.

    Its gradients are those that autograd gives of `Network.loss`; a test compares them.
    """

    def __init__(self, network: Network) -> None:
        self._sensors, self._cond = network.sensors, network.cond
        self._encoder, self._decoder = (
            [_Layer(layer) for layer in mlp if isinstance(layer, nn.Linear)]
            for mlp in (network.encoder, network.decoder)
        )
        self._skip, self._log_sigma = _Layer(network.skip), _Layer(network.log_sigma)
        self._from_latent = self._decoder[0].weight[:, :LATENT].t()

    def learn(self, rows: Tensor, noise: Tensor) -> Tensor:
        count = len(rows)
        x, past, cond = rows[:, : self._sensors], rows[:, self._sensors :], rows[:, -self._cond :]
        code, encoded = _forward(self._encoder, rows)
        mean, raw_log_var = code[:, :LATENT], code[:, LATENT:]
        log_var = raw_log_var.clamp(*LOG_VARIANCE_RANGE)
        spread = torch.exp(0.5 * log_var)
        change, decoded = _forward(self._decoder, torch.cat([torch.addcmul(mean, noise, spread), past], 1))
        raw_log_sigma = self._log_sigma(cond)
        log_sigma = raw_log_sigma.clamp(*LOG_SIGMA_RANGE)
        precision = torch.exp(-log_sigma)
        rest = (x - (change + self._skip(past))).mul_(precision)
        rest_square, variance = rest.square(), spread.square()
        nll = 0.5 * rest_square.sum() + log_sigma.sum() + 0.5 * math.log(2 * math.pi) * rest.numel()
        divergence = 0.5 * (mean.square().sum() + variance.sum() - log_var.sum() - log_var.numel())

        d_log_sigma = _clamp_backward(rest_square.sub_(1), raw_log_sigma, LOG_SIGMA_RANGE)
        self._log_sigma.learn(cond, d_log_sigma.div_(-count))
        d_change = rest.mul_(precision).div_(-count)
        self._skip.learn(past, d_change)
        d_z = (self._from_latent @ _backward(self._decoder, decoded, d_change).t()).t()
        d_log_var = (d_z * noise).mul_(spread).mul_(0.5).add_(variance.sub_(1), alpha=0.5 / count)
        d_log_var = _clamp_backward(d_log_var, raw_log_var, LOG_VARIANCE_RANGE)
        _backward(self._encoder, encoded, torch.cat([d_z.add_(mean, alpha=1 / count), d_log_var], 1))
        return (nll + divergence) / count


class _Layer:
    """A linear layer's parameters and gradients."""

    def __init__(self, layer: nn.Linear) -> None:
        self.weight, bias = layer.weight.detach(), layer.bias.detach()
        weight_grad, bias_grad = layer.weight.grad, layer.bias.grad
        assert weight_grad is not None and bias_grad is not None
        self._weight_grad, self._bias_grad = weight_grad, bias_grad
        # With few outputs it is transposed, at which BLAS is twice as fast.
        self._transposed = len(self.weight) < HIDDEN
        self._bias, self._weight_t = bias[:, None] if self._transposed else bias, self.weight.t()

    def __call__(self, inputs: Tensor) -> Tensor:
        if self._transposed:
            return torch.addmm(self._bias, self.weight, inputs.t()).t()
        return torch.addmm(self._bias, inputs, self._weight_t)

    def learn(self, inputs: Tensor, upstream: Tensor) -> None:
        """Its gradients, given its output's."""
        torch.mm(upstream.t(), inputs, out=self._weight_grad)
        torch.sum(upstream, 0, out=self._bias_grad)


def _forward(layers: list[_Layer], inputs: Tensor) -> tuple[Tensor, list[Tensor]]:
    """An MLP's output, and what its gradient needs: the inputs of each linear layer and of each SiLU, in order."""
    seen = [inputs]
    for layer in layers[:-1]:
        before = layer(seen[-1])
        seen += [before, nn.functional.silu(before)]
    return layers[-1](seen[-1]), seen


def _clamp_backward(upstream: Tensor, clamped: Tensor, limits: tuple[float, float]) -> Tensor:
    """The gradient with respect to the clamped input, given that of the output."""
    low, high = limits
    gradient: Tensor = torch.ops.aten.hardtanh_backward(upstream, clamped, low, high)
    return gradient


def _backward(layers: list[_Layer], seen: list[Tensor], upstream: Tensor) -> Tensor:
    """Computes gradients of an MLP's parameters from that of its output; returns that of its first layer's output."""
    for at in range(len(layers) - 1, 0, -1):
        layers[at].learn(seen[2 * at], upstream)
        upstream = torch.ops.aten.silu_backward(upstream @ layers[at].weight, seen[2 * at - 1])
    layers[0].learn(seen[0], upstream)
    return upstream


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
        # Weight decay applies to the encoder's and the decoder's matrices only, not to the linear path or to any bias.
        decays = [name.startswith(("encoder", "decoder")) and p.dim() > 1 for name, p in network.named_parameters()]
        decay = [torch.full((p.numel(),), WEIGHT_DECAY * on) for p, on in zip(parameters, decays, strict=True)]
        self._decay = torch.cat(decay).to(self.weights.device)
        self._mean, self._square, self._steps = torch.zeros_like(self.weights), torch.zeros_like(self.weights), 0
        at = 0
        for p in parameters:
            end = at + p.numel()
            p.data, p.grad = self.weights[at:end].view_as(p), self._gradient[at:end].view_as(p)
            at = end

    def step(self, rate: float) -> None:
        """One step down the gradient that the parameters have."""
        gradient = self._gradient
        gradient.mul_((MAX_GRADIENT_NORM / torch.linalg.vector_norm(gradient).clamp(min=1e-12)).clamp(max=1.0))
        self._steps += 1
        first, second = self.BETAS
        self._mean.lerp_(gradient, 1 - first)
        self._square.mul_(second).addcmul_(gradient, gradient, value=1 - second)
        size = self._square.sqrt().div_(math.sqrt(1 - second**self._steps)).add_(self.EPSILON)
        self.weights.mul_(1 - rate * self._decay)
        self.weights.addcdiv_(self._mean, size, value=-rate / (1 - first**self._steps))

    def state(self) -> dict[str, Tensor | int]:
        return {"weights": self.weights, "mean": self._mean, "square": self._square, "steps": self._steps}

    def restore(self, state: dict[str, Tensor | int]) -> None:
        for mine, name in ((self.weights, "weights"), (self._mean, "mean"), (self._square, "square")):
            mine.copy_(state[name])  # type: ignore[arg-type]
        self._steps = int(state["steps"])
