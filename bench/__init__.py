"""Benchmarks: speed and size as limits, and as ratios to other programs measured in the same run.

`python -m bench` runs them all, `python -m bench reference --json` one, for a machine to read.
"""
