"""Evaluations kept over time: what was measured, of which documents, made by which models."""

from resources.evaluations.kept import Evaluation, find, keep, kept, latest, mark_published, published
from resources.evaluations.measures import MEASURES, Row, measure

__all__ = ["MEASURES", "Evaluation", "Row", "find", "keep", "kept", "latest", "mark_published", "measure", "published"]
