"""The plan: physics rows, the order in which clauses are drafted, the solver, reading back and explaining."""
