"""Passages to search, and a vector for each."""
