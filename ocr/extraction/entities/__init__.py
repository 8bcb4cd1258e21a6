"""Fields found by a language model behind any OpenAI-compatible server, checked against the page."""

from ocr.extraction.entities.engine import Asked, EntityEngine, Probe

__all__ = ["Asked", "EntityEngine", "Probe"]
