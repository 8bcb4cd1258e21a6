"""Requests to read documents, as they come through a queue."""
