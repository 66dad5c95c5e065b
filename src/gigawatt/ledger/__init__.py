"""The ledger: facts in, postings out."""
