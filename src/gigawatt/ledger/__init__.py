"""The ledger: facts in, postings out, and the book with its rules, periods and chain; pure over a store it is given."""
