"""Draws a document that never was, with exact truth: the same kind, language and seed give the same bytes."""

from __future__ import annotations

from random import Random
from typing import get_args

from ocr.synthesis.articles import draw_article
from ocr.synthesis.forms import draw_form
from ocr.synthesis.invoice_layouts import draw_invoice
from ocr.synthesis.letters import draw_letter
from ocr.synthesis.paper import Drawn, Kind, Language, Meaning, Paper
from ocr.synthesis.receipts import draw_receipt
from ocr.synthesis.reports import draw_report

KINDS: tuple[Kind, ...] = get_args(Kind)
LANGUAGES: tuple[Language, ...] = get_args(Language)


def draw(kind: Kind, language: Language, seed: int, length: int | None = None) -> Drawn:
    """A digital PDF of that kind, and its truth.

    `length` is the number of pages of an article or report (2 where not given) and of items of an invoice; other kinds
    have one page.
    """
    paper = Paper(Random(f"{kind}/{language}/{seed}"))
    return paper.bind(kind, language, _draw(kind, paper, language, length))


def _draw(kind: Kind, paper: Paper, language: Language, length: int | None) -> Meaning:
    match kind:
        case "invoice":
            return draw_invoice(paper, language, length)
        case "receipt":
            return draw_receipt(paper, language)
        case "letter":
            return draw_letter(paper, language)
        case "form":
            return draw_form(paper, language)
        case "article":
            return draw_article(paper, language, length or 2)
        case "report":
            return draw_report(paper, language, length or 2)
