"""Recorded rows into runs and a profile."""
