"""The gate: what the contracts in force say to an ask, with reasons."""
