"""Reading an archive again with other models or settings: first the golden documents, aside, as a canary."""

from resources.reprocessing.canary import golden, try_canary

__all__ = ["golden", "try_canary"]
