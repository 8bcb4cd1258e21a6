"""XML of ground truth: what does not fit is told with the file it stands in."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from ocr import markup
from ocr.evaluation.truth import TruthError


def parse_xml(data: bytes, source: str) -> Element:
    """The root of an XML file. Raises `TruthError` where it is broken, too deep, or declares a document type."""
    try:
        return markup.parse_xml(data)
    except markup.UnusableMarkup as error:
        raise TruthError(f"{source}: {error}") from error


def number_in(element: Element, attribute: str, source: str) -> float:
    """An attribute as a number. Raises `TruthError` naming source, element and attribute."""
    value = element.get(attribute, "")
    try:
        return float(value)
    except ValueError as error:
        place = f"{element.tag}[{element.get('ID') or element.get('id') or ''}].{attribute}"
        raise TruthError(f"{source}: {place}: {value!r} is no number") from error
