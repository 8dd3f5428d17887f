"""One training in a process of its own: reads a seed, learns its runs, writes the model and reports the time taken."""

from __future__ import annotations

import argparse
import json
import time
from importlib import import_module
from pathlib import Path

from gan.data.tables import read_seed
from gan.machine.profile import load_profile
from gan.store.local import LocalStore, temporary_store
from gan.synthesis.synthesizer import SDV_TVAE, SYNTHESIZERS, synthesizer_of


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--synthesizer", choices=tuple(SYNTHESIZERS), required=True)
    parser.add_argument("--root", type=Path, required=True)
    parser.add_argument("--machine_id", required=True)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--batch_size", type=int, required=True)
    parser.add_argument("--model", type=Path, required=True, help="file to write the model to")
    args = parser.parse_args()

    from gan.synthesis.checkpoints import Checkpoints
    from gan.synthesis.temporal_tvae.trainer import TrainParams

    train = synthesizer_of(args.synthesizer).train
    if args.synthesizer == SDV_TVAE:
        import_module("sdv.single_table")
    wall, cpu = time.perf_counter(), time.process_time()
    store = LocalStore(args.root)
    profile = load_profile(store, args.machine_id)
    with temporary_store() as own:
        model = train(
            read_seed(store, args.machine_id, profile),
            profile,
            TrainParams(args.epochs, args.batch_size),
            checkpoints=Checkpoints(own, args.machine_id, "bench"),
            provenance={},
            should_stop=lambda: False,
            on_epoch=lambda _: None,
        )
        args.model.write_bytes(model.to_bytes())
    print(json.dumps({"wallS": time.perf_counter() - wall, "cpuS": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
