"""The lake: every output of every stage, as files under one folder or bucket."""

from resources.lake.outputs import load_parts, save_parts
from resources.lake.store import Lake, Manifest

__all__ = ["Lake", "Manifest", "load_parts", "save_parts"]
