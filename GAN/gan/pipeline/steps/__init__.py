"""The work of each step, one file a step (see registry.py).

Each has `work(context)`, and where more is refused beforehand than a machine without a profile, `check(context)`.
"""
