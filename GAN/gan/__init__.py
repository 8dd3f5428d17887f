"""Synthetic run-to-failure data: what the scripts of this folder share. Knows nothing of Temporal."""
