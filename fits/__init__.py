"""Fits what `gigawatt.throughput` ships to the measured tables beside it, and says how wrong each fit is on what it has
not seen. Run with: make fit
"""
