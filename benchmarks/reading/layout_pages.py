"""Pages of papers with known regions: boxes as drawn (PubLayNet), or made from labelled tokens (DocBank)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks import evaluation_data
from ocr.evaluation.layout import Box, Labelled

MARGIN = 0.08
"""DocBank labels no page headers and numbers: what stands alone this near the edge counts for nobody."""

DOCBANK = {
    "section": "heading",
    "title": "heading",
    "equation": "formula",
    "list": "list",
    "reference": "list",
    "table": "table",
    "figure": "figure",
    "caption": "caption",
    "footer": "footer",
}
"""DocBank's labels; every other one is text."""


@dataclass(frozen=True, slots=True)
class LayoutPage:
    set: str
    path: Path
    regions: list[Labelled]


@dataclass(slots=True)
class _Segment:
    box: Box
    labels: Counter[str]

    @property
    def kind(self) -> str:
        return DOCBANK.get(self.labels.most_common(1)[0][0], "text")


def pages() -> Iterator[LayoutPage]:
    yield from publaynet()
    yield from docbank()


def publaynet() -> Iterator[LayoutPage]:
    """One box a paragraph, heading, list (whole), table, figure; captions are text, page headers are not marked."""
    folder = evaluation_data.ROOT / "layout_publaynet"
    known = json.loads((folder / "samples.json").read_text())
    names = {c["id"]: {"title": "heading"}.get(c["name"], c["name"]) for c in known["categories"]}
    for image in known["images"]:
        path = folder / "img" / image["file_name"]
        if path.exists():
            marks = [a for a in known["annotations"] if a["image_id"] == image["id"]]
            boxes = [(x, y, x + w, y + h) for x, y, w, h in (a["bbox"] for a in marks)]
            kinds = [names[a["category_id"]] for a in marks]
            yield LayoutPage("PubLayNet", path, list(zip(kinds, boxes, strict=True)))


def docbank() -> Iterator[LayoutPage]:
    """Tokens of one label that touch make a region (as DocBank's authors do), text cut at first-line indents.

    The labels come from LaTeX by weak supervision and err: parts of captions and headings are called paragraph, the
    heading of a bibliography is called reference, formulas are called text.
    """
    import cv2

    folder = evaluation_data.ROOT / "layout_docbank"
    for file in sorted((folder / "tokens").glob("*.txt")):
        (path,) = (folder / "img").glob(f"{file.stem}*")
        image = cv2.imread(str(path))
        assert image is not None
        height, width = image.shape[:2]
        yield LayoutPage("DocBank", path, _regions(_tokens(file, width, height), height))


def _tokens(file: Path, width: int, height: int) -> list[tuple[Box, str]]:
    rows = [row.split("\t") for row in file.read_text(encoding="utf-8").splitlines()]
    scale = (width / 1000, height / 1000, width / 1000, height / 1000)
    boxes = [tuple(int(v) * s for v, s in zip(row[1:5], scale, strict=True)) for row in rows]
    return [((b[0], b[1], b[2], b[3]), row[-1]) for b, row in zip(boxes, rows, strict=True)]


def _regions(tokens: list[tuple[Box, str]], page_height: int) -> list[Labelled]:
    size = float(np.median([box[3] - box[1] for box, _ in tokens]))
    segments = _segments(tokens, size)
    leading = _leading(segments, size)
    found: list[Labelled] = []
    for group in _joined(segments, lambda a, b: _touch(a, b, size, leading)):
        parts = _paragraphs(group, size) if group[0].kind == "text" else [group]
        found += [(group[0].kind, _outline([s.box for s in part])) for part in parts]
    return [
        (kind, box)
        for kind, box in found
        if box[2] - box[0] >= 0.5 * size
        and box[3] - box[1] >= 0.2 * size
        and not (_is_marginal(box, page_height) and box[3] - box[1] < 2 * size)
    ]


def _segments(tokens: list[tuple[Box, str]], size: float) -> list[_Segment]:
    """Tokens side by side; small ones (indices, footnote marks) go to the longer piece they touch."""
    pieces = [_Segment(box, Counter({label: box[2] - box[0] + 0.1})) for box, label in tokens]
    level = _joined(pieces, lambda a, b: _overlap(a, b, 1) > 0.5 and _gap(a, b, 0) < 0.6 * size)
    made = sorted((_one(group) for group in level), key=lambda s: s.box[0] - s.box[2])
    hosts: list[_Segment] = []
    for piece in made:
        small = piece.box[2] - piece.box[0] < 3 * size
        near = [h for h in hosts if small and _overlap(h, piece, 1) > 0.25 and _gap(h, piece, 0) < 0.8 * size]
        if near:
            whole = _one([near[0], piece])
            near[0].box, near[0].labels = whole.box, whole.labels
        else:
            hosts.append(piece)
    return hosts


def _leading(segments: list[_Segment], size: float) -> float:
    """The usual gap between a segment and the one below it."""
    gaps = []
    for a in segments:
        below = [b.box[1] - a.box[3] for b in segments if _overlap(a, b, 0) > 0.3 and b.box[1] > a.box[1] + 0.5 * size]
        if below and min(below) < 2 * size:
            gaps.append(min(below))
    return float(np.median(gaps)) if gaps else 0.0


def _touch(a: _Segment, b: _Segment, size: float, leading: float) -> bool:
    if a.kind != b.kind:
        return False
    down = leading + {"list": 1.3, "table": 1.5, "figure": 3.0}.get(a.kind, 0.35) * size
    across = {"formula": np.inf, "table": 2 * size, "figure": 1.5 * size}.get(a.kind, 0.8 * size)
    return (_gap(a, b, 0) < 0 and _gap(a, b, 1) < down) or (_gap(a, b, 1) < -0.2 * size and _gap(a, b, 0) < across)


def _paragraphs(group: list[_Segment], size: float) -> list[list[_Segment]]:
    rows = sorted(group, key=lambda s: s.box[1])
    left = min(s.box[0] for s in rows)
    parts: list[list[_Segment]] = []
    for row in rows:
        level = parts and row.box[1] < parts[-1][-1].box[3] - 0.5 * size
        indented = 0.5 * size < row.box[0] - left < 4 * size
        if not parts or (not level and indented and parts[-1][-1].box[0] - left < 0.4 * size):
            parts.append([])
        parts[-1].append(row)
    return parts


def _joined(items: list[_Segment], touch: Callable[[_Segment, _Segment], bool]) -> list[list[_Segment]]:
    """Connected components."""
    groups: list[list[_Segment]] = []
    for item in items:
        near = [group for group in groups if any(touch(other, item) for other in group)]
        groups = [group for group in groups if not any(group is n for n in near)]
        groups.append([*(other for group in near for other in group), item])
    return groups


def _one(group: list[_Segment]) -> _Segment:
    labels: Counter[str] = Counter()
    for piece in group:
        labels.update(piece.labels)
    return _Segment(_outline([piece.box for piece in group]), labels)


def _outline(boxes: list[Box]) -> Box:
    edges = np.array(boxes)
    (x0, y0), (x1, y1) = edges[:, :2].min(axis=0).tolist(), edges[:, 2:].max(axis=0).tolist()
    return x0, y0, x1, y1


def _gap(a: _Segment, b: _Segment, axis: int) -> float:
    """Pixels between two boxes along an axis; below zero where they overlap."""
    return max(a.box[axis] - b.box[axis + 2], b.box[axis] - a.box[axis + 2])


def _overlap(a: _Segment, b: _Segment, axis: int) -> float:
    """Share of the smaller box's extent along an axis that both have."""
    common = min(a.box[axis + 2], b.box[axis + 2]) - max(a.box[axis], b.box[axis])
    return common / max(1e-6, min(a.box[axis + 2] - a.box[axis], b.box[axis + 2] - b.box[axis]))


def _is_marginal(box: Box, height: float) -> bool:
    return box[3] < MARGIN * height or box[1] > (1 - MARGIN) * height
