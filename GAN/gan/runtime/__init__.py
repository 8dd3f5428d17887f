"""Errors, events, stopping in order."""
