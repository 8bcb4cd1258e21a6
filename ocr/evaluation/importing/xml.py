"""XML from strangers: no document type, hence no entity of any kind, and names without their namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ocr.evaluation.truth import TruthError

DEEPEST = 100  # elements within elements; formats of documents need a dozen


def parse_xml(data: bytes, source: str) -> Element:
    """The root of an XML file. Raises `TruthError` where it is broken, too deep, or declares a document type.

    Without a document type there are no entities to expand and nothing outside the file to fetch.
    """
    builder, depth = TreeBuilder(), 0
    parser = expat.ParserCreate(namespace_separator="}")

    def refuse(*_: object) -> None:
        raise TruthError(f"{source}: it declares a document type (DOCTYPE), which is refused")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise TruthError(f"{source}: more than {DEEPEST} elements within one another")
        builder.start(_local(name), {_local(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_local(name))

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise TruthError(f"{source}: line {error.lineno}: not valid XML ({expat.ErrorString(error.code)})") from error
    return builder.close()


def text_at(element: Element, path: str) -> str:
    """The text of the first element at a path such as `Header/ID`; empty where there is none."""
    found = element.find(path)
    return (found.text or "").strip() if found is not None else ""


def number_in(element: Element, attribute: str, source: str) -> float:
    """An attribute as a number. Raises `TruthError` naming source, element and attribute."""
    value = element.get(attribute, "")
    try:
        return float(value)
    except ValueError as error:
        place = f"{element.tag}[{element.get('ID') or element.get('id') or ''}].{attribute}"
        raise TruthError(f"{source}: {place}: {value!r} is no number") from error


def all_named(element: Element, *names: str) -> Iterator[Element]:
    """Elements of these names at any depth, in the order of the file."""
    return (found for found in element.iter() if found.tag in names)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
