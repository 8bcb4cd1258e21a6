"""Reading documents: a plain Python library.

`ocr.read("scan.tif")` takes one document through all six stages; `reading.record` is what it says, `reading.lines` its
text in reading order.
"""

from ocr.reading import read

__all__ = ["read"]
