"""Drawn things that are no text: logos, signatures, crosses, barcodes, graphs."""

from __future__ import annotations

import math
from random import Random

from ocr.synthesis.sheet import BLACK, GREY, Color, Sheet

ACCENTS: tuple[Color, ...] = (
    (0.11, 0.27, 0.48),
    (0.55, 0.13, 0.16),
    (0.10, 0.40, 0.30),
    (0.28, 0.28, 0.32),
    (0.43, 0.25, 0.5),
)


def logo(sheet: Sheet, dice: Random, x: float, y: float, accent: Color) -> None:
    """A mark of 40 points, in one of three shapes, with its top left corner at `x, y`."""
    shape = dice.randrange(3)
    if shape == 0:
        sheet.frame((x, y, x + 40, y + 40), fill=accent, color=None)
        sheet.frame((x + 9, y + 9, x + 31, y + 31), fill=(1, 1, 1), color=None)
        sheet.frame((x + 15, y + 15, x + 40, y + 25), fill=accent, color=None)
    elif shape == 1:
        sheet.disc(x + 20, y + 20, 20, accent)
        sheet.disc(x + 26, y + 16, 10, (1, 1, 1))
    else:
        for number, height in enumerate((18, 30, 40)):
            left = x + 14 * number
            sheet.frame((left, y + 40 - height, left + 11, y + 40), fill=accent, color=None)


def signature(sheet: Sheet, dice: Random, x: float, y: float) -> None:
    """A scribble about 110 points wide on the baseline `y`."""
    waves = [(dice.uniform(2, 9), dice.uniform(0.5, 2.6), dice.uniform(0, 6)) for _ in range(3)]
    points = []
    for step in range(90):
        t = step / 9
        rise = sum(height * math.sin(speed * t + shift) for height, speed, shift in waves)
        points.append((x + step * 1.2 + 4 * math.sin(2.1 * t), y - 8 - rise * (1 - step / 130)))
    sheet.curve(points, width=1.1, color=(0.05, 0.1, 0.35))


def checkbox(sheet: Sheet, x: float, y: float, *, crossed: bool) -> None:
    """A box of 9 points on the baseline `y`, crossed or not."""
    sheet.frame((x, y - 8, x + 9, y + 1))
    if crossed:
        sheet.curve([(x + 1.5, y - 6.5), (x + 7.5, y - 0.5)], width=1.3)
        sheet.curve([(x + 7.5, y - 6.5), (x + 1.5, y - 0.5)], width=1.3)


def barcode(sheet: Sheet, dice: Random, middle: float, y: float) -> None:
    """Bars of 22 points' height, 120 wide, that encode nothing."""
    x = middle - 60
    while x < middle + 60:
        width = dice.choice((0.9, 0.9, 1.8, 2.7))
        sheet.frame((x, y, x + width, y + 22), fill=BLACK, color=None)
        x += width + dice.choice((0.9, 1.8))


def graph(sheet: Sheet, dice: Random, x0: float, y0: float, x1: float, y1: float) -> None:
    """Two curves over axes without lettering."""
    sheet.curve([(x0, y0), (x0, y1), (x1, y1)], width=0.9)
    for share in (0.25, 0.5, 0.75):
        sheet.rule(x0, y1 + (y0 - y1) * share, x1, width=0.3, color=GREY, dashed=True)
    for width in (1.4, 0.7):
        level, points = dice.uniform(0.15, 0.4), []
        for step in range(13):
            points.append((x0 + (x1 - x0) * step / 12, y1 + (y0 - y1) * level))
            level = min(0.95, max(0.05, level + dice.uniform(-0.08, 0.14)))
        sheet.curve(points, width=width)
