"""Exact values: ids, spans of days, quantities with units, money and dated series. Standard library only."""
