"""Reports of an office: sections, lists, tables of figures."""

from __future__ import annotations

from ocr.synthesis.marks import ACCENTS
from ocr.synthesis.money import day, printed_day
from ocr.synthesis.paper import Language, Meaning, Paper
from ocr.synthesis.parties import country, firm
from ocr.synthesis.prose import TOPICS, Topic, survey
from ocr.synthesis.sheet import GREY, Align, Color, Sheet

_WORDS = {
    "en": {
        "report": "Annual Report",
        "all": "Total",
        "table": "Table {n}: {measure} by region, number of cases",
        "by": "Prepared by",
        "page": "Page {n} of {all}",
    },
    "de": {
        "report": "Jahresbericht",
        "all": "Summe",
        "table": "Tabelle {n}: {measure} nach Bezirk, Anzahl der Fälle",
        "by": "Erstellt von",
        "page": "Seite {n} von {all}",
    },
}
_SECTIONS = {
    "en": ["Summary", "Figures by region", "Observations", "Figures by quarter", "Measures", "Outlook"],
    "de": [
        "Zusammenfassung",
        "Zahlen nach Bezirk",
        "Beobachtungen",
        "Zahlen nach Quartal",
        "Maßnahmen",
        "Ausblick",
    ],
}
_COLUMNS = {
    "en": ["Region", "Q1", "Q2", "Q3", "Q4", "Year"],
    "de": ["Bezirk", "Q1", "Q2", "Q3", "Q4", "Jahr"],
}
_ROWS = {
    "en": ["North", "East", "South", "West", "Centre", "Harbour", "Airport", "Old town"],
    "de": ["Nord", "Ost", "Süd", "West", "Mitte", "Hafen", "Flughafen", "Altstadt"],
}
_LEFT = 62.0


def draw_report(paper: Paper, language: Language, pages: int = 2) -> Meaning:
    """A report of `pages` sheets, each with two sections and a table."""
    dice, words = paper.dice, _WORDS[language]
    accent = dice.choice(ACCENTS)
    topic = dice.choice(TOPICS[language])
    land = country(dice, language)
    office, shown = firm(dice, language, land).name, printed_day(day(dice), language, land, 1)
    for number in range(pages):
        sheet = paper.sheet()
        with sheet.region("header"):
            sheet.row(42, [(_LEFT, office, "left"), (sheet.width - _LEFT, words["report"], "right")], 8.5, color=GREY)
        sheet.rule(_LEFT, 48, sheet.width - _LEFT, color=accent)
        y = 84.0
        if number == 0:
            with sheet.region("title"):
                sheet.write(_LEFT, 92, topic.title, 19, bold=True, color=accent)
            with sheet.region("text"):
                sheet.write(_LEFT, 112, f"{words['by']} {office}, {shown}", 9.5, color=GREY)
            y = 146.0
        sections = [_SECTIONS[language][(2 * number + offset) % len(_SECTIONS[language])] for offset in (0, 1)]
        y = _section(paper, sheet, language, topic, f"{2 * number + 1}. {sections[0]}", y)
        y = _points(paper, sheet, language, topic, y)
        y = _section(paper, sheet, language, topic, f"{2 * number + 2}. {sections[1]}", y)
        caption = words["table"].format(n=number + 1, measure=topic.measure.capitalize())
        _figures(paper, sheet, language, caption, accent, y + 6)
        with sheet.region("footer"):
            sheet.write(
                sheet.width - _LEFT,
                sheet.height - 36,
                words["page"].format(n=number + 1, all=pages),
                8.5,
                align="right",
            )
    return Meaning({})


def _section(paper: Paper, sheet: Sheet, language: Language, topic: Topic, heading: str, y: float) -> float:
    with sheet.region("heading"):
        sheet.write(_LEFT, y, heading, 13, bold=True)
    text = survey(paper.dice, language, topic, paper.dice.randint(4, 6))
    with sheet.region("text"):
        return sheet.paragraph(_LEFT, y + 19, sheet.width - 2 * _LEFT, text, 10) + 10


def _points(paper: Paper, sheet: Sheet, language: Language, topic: Topic, y: float) -> float:
    with sheet.region("list"):
        for _ in range(3):
            text = f"• {survey(paper.dice, language, topic, 1)}"
            y = sheet.paragraph(_LEFT + 12, y, sheet.width - 2 * _LEFT - 12, text, 10) + 2
    return y + 16


def _figures(paper: Paper, sheet: Sheet, language: Language, caption: str, accent: Color, y: float) -> None:
    dice, words = paper.dice, _WORDS[language]
    right = sheet.width - _LEFT
    names = dice.sample(_ROWS[language], dice.randint(4, 7))
    counts = [[dice.randint(12, 980) for _ in range(4)] for _ in names]
    sums = [sum(column) for column in zip(*counts, strict=True)]
    rows = [[name, *map(str, line), str(sum(line))] for name, line in zip(names, counts, strict=True)]
    with sheet.region("caption"):
        sheet.write(_LEFT, y, caption, 9, italic=True)
    with sheet.region("table"):
        sheet.frame((_LEFT, y + 8, right, y + 25), fill=accent, color=None)
        y = _row(sheet, _COLUMNS[language], y + 20, bold=True, color=(1, 1, 1))
        for row in rows:
            y = _row(sheet, row, y)
            sheet.rule(_LEFT, y - 12, right, width=0.4, color=GREY)
        _row(sheet, [words["all"], *map(str, sums), str(sum(sums))], y, bold=True)
        sheet.rule(_LEFT, y + 6, right, width=1.2)


def _row(sheet: Sheet, texts: list[str], y: float, *, bold: bool = False, color: Color = (0, 0, 0)) -> float:
    right = sheet.width - _LEFT - 8
    stops = (_LEFT + 8, right - 260, right - 195, right - 130, right - 65, right)
    aligns: tuple[Align, ...] = ("left", "right", "right", "right", "right", "right")
    sheet.row(y, zip(stops, texts, aligns, strict=True), 9.5, bold=bold, color=color)
    return y + 17
