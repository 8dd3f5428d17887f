"""Measures a machine's newest data set against held-out runs of its seed."""

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))


from gan.chain import WORK, parameters_of
from gan.step import step_main

if __name__ == "__main__":
    step_main("validateDataset", __doc__ or "", partial(parameters_of, "validateDataset"), WORK["validateDataset"])
