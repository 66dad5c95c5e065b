"""SQL, and nothing but SQL: where the rows of a book are kept. It knows no rule of the book."""
