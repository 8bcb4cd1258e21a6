"""Drift: whether the documents, or what is made of them, have changed, where, and through what."""
