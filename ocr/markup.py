"""XML from strangers: no document type, hence no entity of any kind, and names without their namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from ocr.errors import OcrError

DEEPEST = 100  # elements within elements; formats of documents need a dozen


class UnusableMarkup(OcrError):
    """What is no XML, or XML that is refused; the message says why."""


def parse_xml(data: bytes) -> Element:
    """The root of an XML file. Raises `UnusableMarkup` where it is broken, too deep, or declares a document type.

    Without a document type there are no entities to expand and nothing outside the file to fetch.
    """
    builder, depth = TreeBuilder(), 0
    parser = expat.ParserCreate(namespace_separator="}")

    def refuse(*_: object) -> None:
        raise UnusableMarkup("it declares a document type (DOCTYPE), which is refused")

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise UnusableMarkup(f"more than {DEEPEST} elements within one another")
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
        raise UnusableMarkup(f"line {error.lineno}: not valid XML ({expat.ErrorString(error.code)})") from error
    except (ValueError, LookupError) as error:
        raise UnusableMarkup(f"its encoding is not to be read ({error})") from error
    return builder.close()


def text_at(element: Element, path: str) -> str:
    """The text of the first element at a path such as `Header/ID`; empty where there is none."""
    found = element.find(path)
    return (found.text or "").strip() if found is not None else ""


def all_named(element: Element, *names: str) -> Iterator[Element]:
    """Elements of these names at any depth, in the order of the file."""
    return (found for found in element.iter() if found.tag in names)


def _local(name: str) -> str:
    return name.rpartition("}")[2]
