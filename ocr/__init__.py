"""Reading documents: a plain Python library.

    import ocr

    reading = ocr.read("scan.tif")
    print(reading.record.type, [line.text for line in reading.lines])
"""

from ocr.reading import read

__all__ = ["read"]
