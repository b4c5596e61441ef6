"""The books: built from rows whose every sum is known."""
