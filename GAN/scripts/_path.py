"""Puts the shared package on the path: the scripts run from the project's root without being installed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
