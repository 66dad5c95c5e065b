"""Contracts in both times: versions, what was known on a day, what falls due, and how a contract may end."""
