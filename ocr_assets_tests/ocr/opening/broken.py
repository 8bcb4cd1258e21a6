"""PDFs whose fonts name other letters than they show."""

from __future__ import annotations

from collections.abc import Mapping

import pymupdf

ROTATED = {
    a: b
    for letters in ("aeiou", "bcdfghjklmnpqrstvwxyz")
    for a, b in zip(letters, letters[1:] + letters[0], strict=True)
}
"""Vowels stay vowels and consonants consonants, so that a statistic of single letters sees nothing."""

FIGURES = {str(d): str((d + 3) % 10) for d in range(10)}


def remapped(data: bytes, letters: Mapping[str, str]) -> bytes:
    """The PDF with every font's character map changed; its pages look the same."""
    document = pymupdf.open(stream=data, filetype="pdf")
    upper = {a.upper(): b.upper() for a, b in letters.items()}
    pairs = [(code, {**letters, **upper}.get(chr(code), chr(code))) for code in range(33, 127)]
    entries = "\n".join(f"<{code:02x}> <{ord(char):04x}>" for code, char in pairs)
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Other def /CMapType 2 def "
        f"1 begincodespacerange <00> <ff> endcodespacerange {len(pairs)} beginbfchar\n{entries}\nendbfchar "
        "endcmap CMapName currentdict /CMap defineresource pop end end"
    )
    for font in {font[0] for page in document for font in page.get_fonts(full=True)}:
        xref = document.get_new_xref()
        document.update_object(xref, "<<>>")
        document.update_stream(xref, cmap.encode())
        document.xref_set_key(font, "ToUnicode", f"{xref} 0 R")
    return document.tobytes()
