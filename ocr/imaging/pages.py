"""Source pages → upright pages, a window at a time: the work of the `pages` stage on one document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ocr.documents import Page, Word
from ocr.engines import Image, Orientation, OrientationClassifier, TextDetector, TextRecognizer
from ocr.errors import DocumentError
from ocr.imaging.deskew import Skew, estimate_skew
from ocr.imaging.quality import measure
from ocr.imaging.upright import make_flat, make_upright, turned
from ocr.opening.document import OpenDocument, SourcePage
from ocr.opening.fonts import Aspect, check_fonts, unsound_fonts
from ocr.opening.route import Route, route
from ocr.recognition.beside import holds_text, uncovered
from ocr.settings import PagesSettings

_STRAIGHT = 0.05
"""Degrees of skew that are left in: undoing them would only blur the page."""

_LEANING = 8.0
"""Degrees of skew from which a page is straightened before its orientation is told."""

_UNSKEWED = Skew(0.0, 0.0)


@dataclass(slots=True)
class MadePage:
    """An upright page, its image, and its words where the text layer is trusted."""

    page: Page
    image: Image
    words: list[Word]


def make_pages(
    document: OpenDocument,
    settings: PagesSettings,
    orientation: OrientationClassifier | None,
    detector: TextDetector,
    recognizer: TextRecognizer,
) -> Iterator[MadePage | DocumentError]:
    """Pages in order; a page that cannot be made comes as the error that names it. Holds one window in memory.

    The recogniser reads samples of text layers, the detector looks for text beside those that seem incomplete.
    """
    fonts: dict[Aspect, bool] = {}
    for first in range(1, document.page_count + 1, settings.window):
        opened: list[tuple[int, SourcePage | DocumentError]] = []
        for number in range(first, min(first + settings.window, document.page_count + 1)):
            try:
                opened.append((number, document.page(number, settings.dpi, settings.max_side)))
            except DocumentError as error:
                error.page = number
                opened.append((number, error))
        routes = _routes(opened, fonts, recognizer)
        for made in _upright_window(opened, routes, settings, orientation):
            if isinstance(made, MadePage) and routes[made.page.number].incomplete:
                _look_beside(made, detector, recognizer)
            yield made


def _routes(
    opened: list[tuple[int, SourcePage | DocumentError]], fonts: dict[Aspect, bool], recognizer: TextRecognizer
) -> dict[int, Route]:
    """Where each page's text is to come from; `fonts` keeps what is known of the document's fonts."""
    pages = {number: page for number, page in opened if isinstance(page, SourcePage)}
    for page in pages.values():
        check_fonts(page, fonts, recognizer)
    unsound = unsound_fonts(fonts)
    return {number: route(page, unsound) for number, page in pages.items()}


def _look_beside(made: MadePage, detector: TextDetector, recognizer: TextRecognizer) -> None:
    """Find out whether a page's pictures hold text that its text layer does not know."""
    beside = uncovered(detector.detect([made.image])[0], made.words)
    made.page.mixed = holds_text(made.image, beside, recognizer)
    if made.page.mixed:
        made.page.route_reason += " Text beside it is read."


def _upright_window(
    opened: list[tuple[int, SourcePage | DocumentError]],
    routes: dict[int, Route],
    settings: PagesSettings,
    orientation: OrientationClassifier | None,
) -> Iterator[MadePage | DocumentError]:
    sources = {number: page for number, page in opened if isinstance(page, SourcePage)}
    scans = [number for number, way in routes.items() if way.needs_ocr and not way.blank]
    if settings.perspective:
        sources.update({n: make_flat(sources[n]) for n in scans if not routes[n].words})
    skews = {n: _skew(sources[n].image, settings) for n in scans} if settings.deskew else {}
    turns = {number: _layer_orientation(sources[number]) for number, way in routes.items() if not way.needs_ocr}
    if orientation is not None and scans:
        straight = [_roughly_straight(sources[n].image, skews.get(n, _UNSKEWED).angle) for n in scans]
        turns.update(zip(scans, orientation.classify(straight), strict=True))
    for number, source in opened:
        if isinstance(source, DocumentError):
            yield source
            continue
        turn, skew = turns.get(number, Orientation(0, 1.0)), skews.get(number, _UNSKEWED)
        yield _make_page(number, sources[number], routes[number], turn, skew)


def _skew(image: Image, settings: PagesSettings) -> Skew:
    """The skew that is to be taken out."""
    skew = estimate_skew(image)
    certain = skew.confidence >= settings.min_skew_confidence
    return skew if certain and abs(skew.angle) >= _STRAIGHT else Skew(0.0, skew.confidence)


def _roughly_straight(image: Image, skew: float) -> Image:
    """What can be classified: the classifier knows the four ways a page lies, not what is in between."""
    return turned(image, skew) if abs(skew) > _LEANING else image


def _make_page(number: int, source: SourcePage, way: Route, turn: Orientation, skew: Skew) -> MadePage:
    upright = make_upright(replace(source, layer=way.words), number, turn.rotation, skew.angle)
    quality = measure(upright.image)
    height, width = upright.image.shape[:2]
    page = Page(
        number=number,
        width=width,
        height=height,
        dpi=source.dpi,
        source_width=source.source_width,
        source_height=source.source_height,
        rotation=turn.rotation,
        rotation_confidence=turn.confidence,
        skew=skew.angle,
        skew_confidence=skew.confidence,
        transform=[float(v) for v in upright.transform.ravel()],
        sharpness=quality.sharpness,
        contrast=quality.contrast,
        noise=quality.noise,
        tier=quality.tier if way.needs_ocr else "digital",
        blank=way.blank,
        needs_ocr=way.needs_ocr,
        route_reason=way.reason,
    )
    return MadePage(page, upright.image, upright.words)


def _layer_orientation(source: SourcePage) -> Orientation:
    """A trusted text layer says itself which way the page stands: the direction most of its words run in."""
    turns = Counter(round(word.direction / 90) % 4 * 90 for word in source.layer)
    if not turns:
        return Orientation(0, 1.0)
    direction, count = turns.most_common(1)[0]
    return Orientation(direction, count / len(source.layer))
