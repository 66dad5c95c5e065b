"""What stands above the parts: the conformance kit that every clause must pass."""
