"""The book: its rules, its periods, its chain; pure over a store that `app.py` gives it."""
