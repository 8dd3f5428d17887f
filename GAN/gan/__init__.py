"""Synthetic run-to-failure data: what the scripts of this folder share. Knows nothing of Temporal."""

import os

# One thread a process: sums then add up in one order, so that bytes do not depend on the machine's cores, and two
# trainings on two cores do not fight. Set before numpy is imported, which is when its library reads it.
for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
