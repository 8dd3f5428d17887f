"""What is measured. Each part returns a dictionary for the results' JSON; contestants take turns to share the noise."""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from gan.data.tables import read_seed
from gan.evaluation.assessment import RULES, Rule
from gan.evaluation.figures import Figure, Figures, evaluate
from gan.machine.profile import load_profile
from gan.store.layout import key_of
from gan.store.local import LocalStore, temporary_store
from gan.synthesis.model import load_model
from gan.synthesis.synthesizer import SDV_TVAE, TEMPORAL_TVAE, synthesizer_of_model
from timing import PROJECT, Ran, Training, python, run, train

# Seven, ten and fourteen sensors: the fleet's narrowest, middle and widest.
MACHINES = ("pump_ksb_etanorm_006", "compressor_ingersoll_rand_2545_009", "motor_abb_m3bp_002")
LADDER = (5, 10, 20, 30, 50, 100, 300)
DATA_SET_ROWS = 50_000
EVALUATED_ROWS = 15_000
# Not compared: SDV clips its rows to the range of those that it saw, so that this is always 1.
NOT_COMPARED = "validity"


@dataclass
class Bench:
    """What the parts share: a data root with seeds, the settings, and the trainings that more than one part needs."""

    root: Path
    machines: Sequence[str]
    epochs: int
    batch_size: int
    say: Callable[[str], None]
    _stock: dict[str, Training] = field(default_factory=dict)

    def make_seeds(self) -> None:
        shutil.copytree(PROJECT / "GAN/fleet", self.root / "fleet")
        for machine_id in self.machines:
            for script in ("create_metadata", "generate_seed_from_profile"):
                python(f"GAN/scripts/{script}.py", "--root", str(self.root), "--machine_id", machine_id)

    def ours(self, machine_id: str, epochs: int) -> Training:
        made = train(TEMPORAL_TVAE, self.root, machine_id, epochs, self.batch_size)
        self.say(f"{machine_id}: ours, {epochs} epochs: {made.work_wall_s:.1f} s")
        return made

    def stock(self, machine_id: str) -> Training:
        """Trained once a machine."""
        if machine_id not in self._stock:
            self._stock[machine_id] = train(SDV_TVAE, self.root, machine_id, self.epochs, self.batch_size)
            self.say(f"{machine_id}: stock, {self.epochs} epochs: {self._stock[machine_id].work_wall_s:.1f} s")
        return self._stock[machine_id]

    def sensors(self, machine_id: str) -> int:
        return len(json.loads((self.root / f"fleet/{machine_id}.json").read_text("utf-8"))["sensors"])


def training(bench: Bench) -> list[dict[str, Any]]:
    """Seed to model: same rows, epochs and batch size. Ours before and after the stock one, the mean of both counts."""
    results = []
    for machine_id in bench.machines:
        first, stock, second = (
            bench.ours(machine_id, bench.epochs),
            bench.stock(machine_id),
            bench.ours(machine_id, bench.epochs),
        )
        wall, cpu = (
            statistics.mean(times)
            for times in ((first.work_wall_s, second.work_wall_s), (first.work_cpu_s, second.work_cpu_s))
        )
        results.append(
            {
                "machineId": machine_id,
                "sensors": bench.sensors(machine_id),
                "oursS": wall,
                "stockS": stock.work_wall_s,
                "ratio": stock.work_wall_s / wall,
                "oursCpuS": cpu,
                "stockCpuS": stock.work_cpu_s,
                "cpuRatio": stock.work_cpu_s / cpu,
                "oursStartS": statistics.mean((first.start_wall_s, second.start_wall_s)),
                "stockStartS": stock.start_wall_s,
            }
        )
    return results


def better(bench: Bench) -> list[dict[str, Any]]:
    """The fewest epochs, of a ladder, with which our data are at least as good as stock's on every figure, and times.

    Also the figures on which stock is nearer to the held-out runs nevertheless, if only by chance.
    """
    results = []
    for machine_id in bench.machines:
        stock = bench.stock(machine_id)
        theirs = _figures(bench, machine_id, stock.model)
        judged = [rule for rule in RULES if rule.figure in theirs and rule.figure != NOT_COMPARED]
        best: tuple[list[str], int, Training, Figures] | None = None
        for epochs in (step for step in LADDER if step <= bench.epochs):
            ours = bench.ours(machine_id, epochs)
            figures = _figures(bench, machine_id, ours.model)
            worse = [r.figure for r in judged if not is_as_good(r, figures[r.figure], theirs[r.figure])]
            bench.say(f"{machine_id}: {epochs} epochs, worse: {', '.join(worse) or 'none'}")
            if best is None or len(worse) < len(best[0]):
                best = worse, epochs, ours, figures
            if not worse:
                break
        assert best is not None
        worse, epochs, ours, figures = best
        nearer = [r.figure for r in judged if _is_nearer(r, theirs[r.figure], figures[r.figure])]
        results.append(
            {
                "machineId": machine_id,
                "sensors": bench.sensors(machine_id),
                "epochs": epochs,
                "worse": worse,
                "judged": len(judged),
                "stockNearer": nearer,
                "oursS": ours.work_wall_s,
                "stockS": stock.work_wall_s,
                "ratio": stock.work_wall_s / ours.work_wall_s,
                "cpuRatio": stock.work_cpu_s / ours.work_cpu_s,
                "figures": {
                    n: {"ours": figures[n].value, "stock": theirs[n].value, "floor": figures[n].floor}
                    for n in figures.by_name
                },
            }
        )
    return results


def _figures(bench: Bench, machine_id: str, file: Path) -> Figures:
    store = LocalStore(bench.root)
    profile = load_profile(store, machine_id)
    with temporary_store() as own:
        own.write(key_of("model", machine_id), file.read_bytes())
        model = load_model(own, machine_id, profile)
    seed = read_seed(store, machine_id, profile)
    data = synthesizer_of_model(model).sample(model, {"train": EVALUATED_ROWS}, 0)["train"]
    return evaluate(seed.select(model.header["trainRuns"]), seed.select(model.header["heldOutRuns"]), data)


def is_as_good(rule: Rule, ours: Figure, stock: Figure) -> bool:
    """Better than the stock model's, or both are within what real runs give by chance: what validation passes without a
    warning."""
    return not _is_nearer(rule, stock, ours) or (_as_real(rule, ours) and _as_real(rule, stock))


def _is_nearer(rule: Rule, one: Figure, other: Figure) -> bool:
    sense = 1 if rule.high_is_bad else -1
    return sense * one.value < sense * other.value


def _as_real(rule: Rule, figure: Figure) -> bool:
    sense = 1 if rule.high_is_bad else -1
    limit = (figure.floor or 0.0) + sense * rule.warn if rule.relative else rule.warn
    return sense * figure.value <= sense * limit


def sampling(bench: Bench) -> list[dict[str, Any]]:
    """Sampling and writing a data set by the step's script: its work, and the whole process. The median of three."""
    results = []
    for machine_id in bench.machines:
        model = bench.ours(machine_id, min(bench.epochs, LADDER[1])).model
        ran = [_sampled(bench, machine_id, model) for _ in range(3)]
        work = statistics.median(one.last_json()["durationSeconds"] for one in ran)
        results.append(
            {
                "machineId": machine_id,
                "sensors": bench.sensors(machine_id),
                "rows": DATA_SET_ROWS,
                "workS": work,
                "processS": statistics.median(one.wall_s for one in ran),
                "processCpuS": statistics.median(one.cpu_s for one in ran),
            }
        )
        bench.say(f"{machine_id}: {DATA_SET_ROWS:,} rows sampled and written: {work:.2f} s")
    return results


def _sampled(bench: Bench, machine_id: str, model: Path) -> Ran:
    """A data set's rows sampled from a model and written, in a process of its own."""
    LocalStore(bench.root).write(key_of("model", machine_id), model.read_bytes())
    args = {"root": bench.root, "machine_id": machine_id, "num_samples": DATA_SET_ROWS, "progress": "json"}
    flags = (part for k, v in args.items() for part in (f"--{k}", str(v)))
    return python("GAN/scripts/generate_synthetic_data.py", *flags)


def fleet(bench: Bench) -> dict[str, Any]:
    """The whole fleet by `npm run fleet` on two CPUs, server and worker included, beside sequential scripts with SDV.

    The latter is an estimate: for each machine, the processes that train and sample are counted, by a line through the
    measured machines' times over their number of sensors. Making seeds and validating are left out.
    """
    root = bench.root / "whole-fleet"
    shutil.copytree(PROJECT / "GAN/fleet", root / "GAN/fleet")
    env = {
        "GAN_ROOT": str(root / "GAN"),
        "GAN_STATE_DIR": str(root / "state"),
        "GAN_TEMPORAL_PORT": str(_free_port()),
        "GAN_TEMPORAL_UI_PORT": str(_free_port()),
        "TEMPORAL_ADDRESS": "",
        "PYTHONPATH": "",
    }
    bench.say("the whole fleet on two CPUs")
    command = f"node scripts/gan.mjs fleet run --json --epochs {bench.epochs} --batch-size {bench.batch_size}".split()
    # 1: a machine's data did not pass; its work was done.
    ran = run(command, 2, env, allowed=(0, 1))
    outcomes = json.loads(ran.stdout)["machines"]
    machines = sorted(path.stem for path in (root / "GAN/fleet").glob("*.json"))
    measured = [(bench.sensors(m), bench.stock(m)) for m in bench.machines]
    sampled = [_sampled(bench, m, bench.stock(m).model).wall_s for m in bench.machines]
    times = [made.start_wall_s + made.work_wall_s + more for (_, made), more in zip(measured, sampled, strict=True)]
    estimate = _line([sensors for sensors, _ in measured], times, [bench.sensors(m) for m in machines])
    return {
        "machines": len(machines),
        "succeeded": sum(outcome["status"] == "succeeded" for outcome in outcomes),
        "failed": {o["machineId"]: (o["failure"] or {}).get("message") for o in outcomes if o["status"] != "succeeded"},
        "oursS": ran.wall_s,
        "oursCpuS": ran.cpu_s,
        "stockEstimatedS": estimate,
        "measuredStockS": dict(zip(bench.machines, times, strict=True)),
        "ofWhichSampledS": dict(zip(bench.machines, sampled, strict=True)),
        "ratio": estimate / ran.wall_s,
    }


def _line(sensors: list[int], times: list[float], wanted: list[int]) -> float:
    """Sum over the wanted widths of a least-squares line through the measured times; of one machine, its time each."""
    slope, at_zero = np.polyfit(sensors, times, 1) if len(set(sensors)) > 1 else (0.0, times[0])
    return float(sum(at_zero + slope * width for width in wanted))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def where() -> dict[str, Any]:
    """The machine and the versions that the figures are of."""
    from importlib.metadata import version

    models = [line for line in _cpuinfo() if line.startswith("model name")]
    return {
        "cpu": models[0].split(":")[1].strip() if models else "unknown",
        "cpus": os.cpu_count(),
        "loadAtStart": os.getloadavg()[0],
        **{name: version(name) for name in ("torch", "sdv", "ctgan", "numpy")},
    }


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.is_file() else []
