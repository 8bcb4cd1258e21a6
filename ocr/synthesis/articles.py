"""A paper in two columns: title, authors, abstract, headings, a figure, page numbers."""

from __future__ import annotations

from ocr.synthesis.marks import graph
from ocr.synthesis.paper import Language, Meaning, Paper
from ocr.synthesis.parties import person_name
from ocr.synthesis.prose import TOPICS, Topic, survey
from ocr.synthesis.sheet import Sheet

_WORDS = {
    "en": {
        "abstract": "Abstract",
        "figure": "Figure {n}: Development of the {measure} over twelve years.",
        "journal": "Annals of Local Surveys",
    },
    "de": {
        "abstract": "Zusammenfassung",
        "figure": "Abbildung {n}: Entwicklung der {measure} in zwölf Jahren.",
        "journal": "Jahrbuch für Ortskunde",
    },
}
_HEADINGS = {
    "en": ["Introduction", "Method", "Results", "Discussion", "Limits", "Conclusion", "Outlook", "Sources"],
    "de": ["Einleitung", "Vorgehen", "Ergebnisse", "Diskussion", "Grenzen", "Schluss", "Ausblick", "Quellen"],
}
_LEFT, _GUTTER, _SIZE = 54.0, 20.0, 9.2


def draw_article(paper: Paper, language: Language, pages: int = 2) -> Meaning:
    """An article that fills `pages` sheets."""
    dice, words = paper.dice, _WORDS[language]
    paper.face = "serif"
    topic = dice.choice(TOPICS[language])
    volume, first = dice.randint(3, 60), dice.randint(11, 300)
    headings = iter(enumerate(_HEADINGS[language], start=1))
    figure = 0
    for number in range(pages):
        sheet = paper.sheet()
        with sheet.region("header"):
            sheet.write(sheet.width / 2, 40, f"{words['journal']} {volume}", 8.5, italic=True, align="center")
        top = _front(paper, sheet, language, topic) if number == 0 else 70.0
        for column in (0, 1):
            width = (sheet.width - 2 * _LEFT - _GUTTER) / 2
            x, y = _LEFT + column * (width + _GUTTER), top
            if column == 1 and number % 2 == 0:
                figure += 1
                y = _figure(paper, sheet, x, y, width, words["figure"].format(n=figure, measure=topic.measure))
            while y < sheet.height - 120:
                heading = next(headings, None)
                if heading is not None:
                    with sheet.region("heading"):
                        sheet.write(x, y, f"{heading[0]} {heading[1]}", 11, bold=True)
                    y += 16
                y = _text(paper, sheet, x, y, width, language, topic)
        with sheet.region("footer"):
            sheet.write(sheet.width / 2, sheet.height - 36, str(first + number), 9, align="center")
    return Meaning({})


def _front(paper: Paper, sheet: Sheet, language: Language, topic: Topic) -> float:
    dice, middle = paper.dice, sheet.width / 2
    with sheet.region("title"):
        sheet.write(middle, 84, topic.title, 19, bold=True, align="center")
    authors = ", ".join(dict.fromkeys(person_name(dice, language) for _ in range(dice.randint(1, 3))))
    with sheet.region("text"):
        sheet.write(middle, 106, authors, 11, align="center")
    with sheet.region("heading"):
        sheet.write(middle, 132, _WORDS[language]["abstract"], 10, bold=True, align="center")
    with sheet.region("text"):
        y = sheet.paragraph(96, 147, sheet.width - 192, survey(dice, language, topic, 4), 9, justify=True)
    return y + 16


def _text(paper: Paper, sheet: Sheet, x: float, y: float, width: float, language: Language, topic: Topic) -> float:
    """Two paragraphs, or what fits of them above the foot of the page."""
    for _ in range(2):
        text = survey(paper.dice, language, topic, paper.dice.randint(4, 7))
        fitting = int((sheet.height - 62 - y) // (_SIZE * 1.3))
        lines = sheet.wrap(text, width, _SIZE)
        if fitting < 2:
            break
        if len(lines) > fitting:
            kept = " ".join(lines[:fitting])
            text = kept[: kept.rfind(".") + 1] or kept
        with sheet.region("text"):
            y = sheet.paragraph(x, y, width, text, _SIZE, leading=1.3, justify=True) + 4
    return y + 8


def _figure(paper: Paper, sheet: Sheet, x: float, y: float, width: float, caption: str) -> float:
    graph(sheet, paper.dice, x + 8, y, x + width - 8, y + 110)
    sheet.mark("figure", (x, y - 4, x + width, y + 114))
    with sheet.region("caption"):
        return sheet.paragraph(x, y + 126, width, caption, 8.2, italic=True) + 12
