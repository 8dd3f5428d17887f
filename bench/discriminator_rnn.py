"""The discriminative score by a recurrent net, as TimeGAN has it, beside ours on the same windows and folds.

Shows why gan/evaluation/discriminator.py uses boosted trees: prints accuracy, spread over random starts and seconds of
both, for good data (the same physics), for data with shuffled dynamics, and for data with added noise of 0.3 of the
sensors' changes.

    .venv/bin/python bench/discriminator_rnn.py --machine pump_ksb_etanorm_006
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from torch import nn

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "GAN"))
sys.path.insert(0, str(ROOT / "test/python"))

import fakes  # noqa: E402
from gan.data.runs import Floats, Ints, Runs  # noqa: E402
from gan.evaluation import discriminator  # noqa: E402
from gan.machine.profile import configuration, parse_profile  # noqa: E402
from gan.simulation.physics import simulate  # noqa: E402
from gan.store.fleet import PROJECT_ROOT  # noqa: E402
from gan.store.local import LocalStore  # noqa: E402
from gan.synthesis.temporal_tvae.trainer import split_runs  # noqa: E402

ITERATIONS, BATCH, STARTS = 300, 128, 3


class Recurrent(nn.Module):
    """TimeGAN's post-hoc classifier: one GRU of half as many units as features, at least four, and a linear layer."""

    def __init__(self, sensors: int) -> None:
        super().__init__()
        units = max(sensors // 2, 4)
        self.gru = nn.GRU(sensors, units, batch_first=True)
        self.out = nn.Linear(units, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.out(self.gru(x)[1][-1])[:, 0]
        return logits


def recurrent_accuracy(x: Floats, label: Ints, fold: Ints, seed: int) -> float:
    """As discriminator.py's cross-validation, by the net. x: windows (W, 24, S) in standard units."""
    generator = torch.Generator().manual_seed(seed)
    scores = []
    for left_out in np.unique(fold):
        torch.manual_seed(seed)
        net = Recurrent(x.shape[2])
        optimiser = torch.optim.Adam(net.parameters(), lr=5e-3)
        windows, target = (torch.tensor(a[fold != left_out], dtype=torch.float32) for a in (x, label))
        for _ in range(ITERATIONS):
            rows = torch.randint(len(windows), (BATCH,), generator=generator)
            loss = nn.functional.binary_cross_entropy_with_logits(net(windows[rows]), target[rows])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
        with torch.no_grad():
            said = net(torch.tensor(x[fold == left_out], dtype=torch.float32)) > 0
        scores.append(float((said.numpy() == label[fold == left_out]).mean()))
    return float(np.mean(scores))


def compare(held_out: Runs, data: Runs) -> Iterator[str]:
    """Accuracy over starts and seconds a score, of the net and of ours."""
    raw: dict[str, tuple[Floats, Ints, Ints]] = {}
    scale, validated = discriminator._Scale.features, discriminator._cross_validated
    # The same windows and folds, before they are described.
    discriminator._Scale.features = lambda self, w: (w - self.mean) / self.spread  # type: ignore[method-assign,assignment]
    discriminator._cross_validated = lambda *parts: raw.update(all=parts) or 0.5
    discriminator.accuracy(held_out, data, 0)
    discriminator._Scale.features, discriminator._cross_validated = scale, validated  # type: ignore[method-assign]
    scores: dict[str, Callable[[int], float]] = {
        "GRU": lambda start: recurrent_accuracy(*raw["all"], start),
        "trees": lambda start: discriminator.accuracy(held_out, data, start),
    }
    for name, score in scores.items():
        began = time.process_time()
        found = [score(start) for start in range(STARTS)]
        yield f"{name} {np.mean(found):.3f} ± {np.std(found):.3f}, {(time.process_time() - began) / STARTS:.1f} s"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--machine", nargs="+", default=["pump_ksb_etanorm_006"])
    torch.set_num_threads(1)
    for machine_id in parser.parse_args().machine:
        profile = parse_profile(configuration(LocalStore(PROJECT_ROOT), machine_id))
        seed, rng = simulate(profile, 10_000, 0), np.random.default_rng(0)
        held_out = seed.select(split_runs(seed, 0)[1])
        good = simulate(profile, 35_000, 1)
        cases = {
            "good": good,
            "shuffled": fakes.shuffled_dynamics(good, rng),
            "noise": fakes.copied_with_noise(good, rng, 0.3),
        }
        for name, data in cases.items():
            print(f"{machine_id} {name}: {'; '.join(compare(held_out, data))}")
