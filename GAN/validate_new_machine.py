"""Measures a machine's newest data set against held-out runs of its seed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))


from gan.chain import step_script

if __name__ == "__main__":
    step_script("validateDataset", __doc__ or "")
