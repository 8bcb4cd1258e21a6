"""Which of a recogniser's characters can stand on a page, told from the languages it is written in.

A network that knows every script confuses a worn Latin letter with a full-width, Chinese or phonetic one. Leaving those
out takes that away and makes the network's last layer, a quarter of its work, as small as the alphabet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ocr.errors import EngineError

Ranges = tuple[tuple[int, int], ...]
"""First and last code points."""

COMMON: Ranges = (
    (0x0020, 0x007E),  # digits, signs, and the Latin letters that stand on pages of every script
    (0x00A1, 0x00BF),
    (0x00D7, 0x00D7),
    (0x00F7, 0x00F7),
    (0x2010, 0x205E),  # dashes, quotation marks, daggers, ellipses
    (0x2070, 0x209C),
    (0x20A0, 0x20CF),  # currencies
    (0x2100, 0x215F),  # №, ™, fractions
    (0x2190, 0x2193),
    (0x2200, 0x22FF),  # mathematics
    (0x25A0, 0x25CF),  # bullets
    (0x2605, 0x2606),
    (0x260E, 0x260F),
    (0x2610, 0x2612),  # boxes to tick
    (0x2713, 0x2718),
)

LATIN: Ranges = ((0x00AA, 0x00AA), (0x00BA, 0x00BA), (0x00C0, 0x017F), (0x0218, 0x021B), (0x1E80, 0x1E85))
LATIN += ((0x1E9E, 0x1E9E), (0xFB00, 0xFB06))

GREEK_SIGNS: Ranges = tuple((ord(c), ord(c)) for c in "αβγδεζηθλμξπστφχψωΓΔΘΛΞΠΣΦΨΩ")
"""Those that are quantities on Latin pages and look like no Latin letter."""

EAST_ASIAN: Ranges = ((0x2E80, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0xFE30, 0xFE4F))
EAST_ASIAN += ((0xFF00, 0xFFEF), (0x20000, 0x3FFFF), (0x2460, 0x24FF))

SCRIPTS: dict[str, Ranges] = {
    "Latin": LATIN + GREEK_SIGNS,
    "Vietnamese": (*LATIN, (0x01A0, 0x01B0), (0x1EA0, 0x1EF9)),
    "Greek": ((0x0370, 0x03FF), (0x1F00, 0x1FFF)),
    "Cyrillic": ((0x0400, 0x052F),),
    "Hebrew": ((0x0590, 0x05FF), (0xFB1D, 0xFB4F)),
    "Arabic": ((0x0600, 0x06FF), (0x0750, 0x077F)),
    "Devanagari": ((0x0900, 0x097F),),
    "Thai": ((0x0E00, 0x0E7F),),
    "Chinese": EAST_ASIAN,
    "Japanese": EAST_ASIAN,
    "Korean": (*EAST_ASIAN, (0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF)),
}

SAMPLES = {"Greek": "αω", "Cyrillic": "жи", "Hebrew": "אש", "Arabic": "سن", "Devanagari": "कर", "Thai": "กน"}
SAMPLES |= {"Chinese": "的人", "Japanese": "のア", "Korean": "가나", "Latin": "ae", "Vietnamese": "ạế"}
"""Letters an alphabet must have to spell anything in the script."""

OTHER_SCRIPTS = {
    "Greek": "el ell", "Cyrillic": "be bel bg bul mk mkd ru rus sr srp uk ukr", "Hebrew": "he heb yi yid",
    "Arabic": "ar ara fa fas ur urd", "Devanagari": "hi hin mr mar ne nep", "Thai": "th tha",
    "Chinese": "zh chi_sim chi_tra ch", "Japanese": "ja jpn", "Korean": "ko kor", "Vietnamese": "vi vie",
}  # fmt: skip
LATIN_LANGUAGES = (
    "en eng de deu fr fra es spa it ita pt por nl nld da dan sv swe no nb nn nor fi fin is isl et est lv lav lt lit "
    "pl pol cs ces sk slk sl slv hr hrv bs bos hu hun ro ron sq sqi tr tur mt mlt ga gle cy cym eu eus ca cat gl glg "
    "lb ltz la lat id ind ms msa sw swa eo epo"
)

DIGITS = frozenset("0123456789 .,:;-–—/+()%*#'€$£¥")
"""Digits, and the signs that stand among them in amounts, dates and numbers."""


def _scripts() -> Mapping[str, str]:
    others = {code: script for script, codes in OTHER_SCRIPTS.items() for code in codes.split()}
    return others | dict.fromkeys(LATIN_LANGUAGES.split(), "Latin")


SCRIPT_OF = _scripts()
"""By ISO 639-1 code, and by Tesseract's own."""


def scripts_of(languages: Sequence[str]) -> str:
    """The scripts that `languages` are written in, as a name for that choice; `any` where nothing is left out."""
    scripts = {SCRIPT_OF.get(code) for code in languages}
    return "any" if not scripts or None in scripts else "+".join(sorted(str(script) for script in scripts))


def kept_classes(characters: Sequence[str], languages: Sequence[str]) -> np.ndarray:
    """Numbers of the characters, in order, that texts in `languages` are written with; the first, CTC's blank, too.

    All of them where no language is given. `EngineError` for a code that is not known here (all scripts at once is
    what a misspelt one must not come to), and where the alphabet cannot spell a language at all.
    """
    if not languages:
        return np.arange(len(characters))
    if unknown := [code for code in languages if code not in SCRIPT_OF]:
        raise EngineError(
            f"`[text] languages` names {', '.join(map(repr, unknown))}, whose letters are not known: "
            "use ISO 639-1 codes such as en or de, or none at all for every letter the recogniser knows"
        )
    known = set(characters)
    for code in languages:
        script = SCRIPT_OF[code]
        if known.isdisjoint(SAMPLES[script]):
            raise EngineError(
                f"the recogniser's alphabet has no {script} letters, which {code!r} in `[text] languages` needs: "
                'set `[engines] recognizer_path` to weights that have them, or `[text] engine = "tesseract"`'
            )
    ranges = COMMON + tuple(r for code in languages for r in SCRIPTS[SCRIPT_OF[code]])
    kept = [number for number, text in enumerate(characters) if number == 0 or _within(text, ranges)]
    return np.array(kept)


def _within(text: str, ranges: Ranges) -> bool:
    return all(any(first <= ord(c) <= last for first, last in ranges) for c in text)
