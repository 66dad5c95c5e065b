"""The ledger: facts in, postings out, and the book: its rules, periods and chain; pure over a store that `app.py` gives it."""
