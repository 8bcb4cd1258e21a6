"""Names and addresses: who stands at the head of a page, below a label, or in a letter's window."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ocr.documents import Word
from ocr.extraction.candidates import Candidate
from ocr.extraction.labels import Labels, fold
from ocr.extraction.rows import Row, Span
from ocr.extraction.transcript import Transcript

LEAST_LABEL = 0.84
_LONGEST_NAME = 8
LEGAL_FORM = re.compile(
    r"\b(?:SDN\.?\s*BHD|S[DB]N\s*B[HN]D|BHD|S/B|GMBH|E\.?\s?K\.?|A\.?G\.?|KG|OHG|GBR|UG|SE|E\.?\s?V\.?|LTD|LIMITED|INC|LLC|"
    r"LLP|PLC|CORP|CORPORATION|(?:CO|COMPANY)(?!\.?\s*(?:NO|REG))|S\.?A\.?R\.?L|S\.?A\.?S|S\.A\.?|B\.?V\.?|N\.V\.?|PTE|PVT)(?!\w)",
    re.IGNORECASE,
)
_TRADE = re.compile(
    r"\b(?:enterprise|trading|restaurant|restoran|cafe|café|mart|supermarket|store|shop|pharmacy|bakery|hotel|stationery|"
    r"hardware|perniagaan|kedai|pasar|house|market|books?|centre|center|services?|group|industries|holdings?|apotheke|"
    r"bäckerei|gasthaus|markt|handel|station|kitchen|food|foods)\b",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"\b(?:jalan|jln|jl|lorong|lrg|taman|tmn|tman|bandar|bdr|persiaran|lebuh|kampung|kg|seksyen|lot|level|floor|flr|unit|"
    r"block|blk|batu|wisma|menara|plaza|mall|street|st|road|rd|avenue|ave|lane|drive|boulevard|blvd|suite|court|highway|"
    r"chemin|rue|place|allée|quai|platz|gasse|weg|postfach|p\.?\s?o\.? box|hof|mukim|bangunan|kawasan|desa|selangor|"
    r"johor|kuala lumpur|melaka|penang|perak|darul \w+)\b|(?:stra(?:ß|ss)e|str\.|gasse|weg|allee|platz|ufer|damm)"
    r"(?!\w)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^\W*(?:(?:no|lot|unit|level)\b\W*\w*\d|[a-z]{0,2}\d{1,4}[a-z]?\b(?![:%]).*[^\W\d_]{4})", re.IGNORECASE
)
_NUMBER_ALONE = re.compile(r"^\W*(?:no|lot|unit)\b[\s.:]*\d[\dA-Z\s,&/\-]{0,14}$", re.IGNORECASE)
_TELEPHONE = re.compile(r"[,;\s]*\b(?:tel|fax|phone|h/?p)\b", re.IGNORECASE)
_BRANCH = re.compile(r"^\d{3,5}\s?-\s?[^\W\d].*$")
_POSTCODE = re.compile(
    r"(?<![\d\-/:])(?:[A-Z]{1,2}[\s\-])?\d{5}(?![\d\-/])\s*,?\s*[^\W\d]|\b\d{4}\s?[A-Z]{2}\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]{2} \d{5}\b|,\s*\d{5}(?!\d)"
    r"|\b[AC-FHKNPRTV-Y]\d[\dW] ?(?=\w*\d)[\dAC-FHKNPRTV-Y]{4}\b"  # Ireland
    r"|(?:^|[,·|•]\s*)(?:[A-Z]{1,2}-)?[1-9]\d{3} [A-ZÄÖÜ][a-zäöüéè]+(?: [\w.]+){0,2}$"  # Austria, Switzerland
)
_HOUSE = re.compile(r"^[^\W\d_][^\d:]{2,40}\s\d{1,4}\s?[a-z]?$", re.IGNORECASE)
"""A street as written on the continent, its number at the end; other lines look so too, so what follows must agree."""
_REGISTRATION = re.compile(
    r"\(?\s?\b(?:CO\.?\s*(?:NO|REG)\b\W*)?(?:[A-Z]{0,3}\d{5,12}\s?-\s?[A-Z0-9]{1,2}|\d{12})\b\s?\)?"
    r"|\b(?:reg(?:istration)?|company)\.?\s*no\b.*",
    re.IGNORECASE,
)
_CODE_AFTER_FORM = re.compile(rf"({LEGAL_FORM.pattern}\.?)\s*\((?=[^()]*[^()M])[A-Z0-9]{{1,9}}\)$", re.IGNORECASE)
_FORM_ONLY = re.compile(LEGAL_FORM.pattern + r"|\([^()]*\)|[\s.,&\-\d]+", re.IGNORECASE)
_ADDRESS_LABEL = re.compile(r"^[^:\d]{0,12}(?:add(?:ress)?|adresse|anschrift)\b[^:\w]*:\s*(?=\S)", re.IGNORECASE)
_OWNER = re.compile(
    r"^\W*(?:(?:own|owned|owner|operated|dimiliki|inhaber)(?:\s+(?:by|oleh))?\b\W*)(?=\S)", re.IGNORECASE
)
_RETURN_MARK = re.compile(r"[|•●·]|\d.*,|,.*\d")
"""What a sender's address in one line has and a line of the recipient's has not: dots or commas between its parts."""
_TITLE = re.compile(r"(?:Herrn?|Frau|Firma|Mr\.?|Mrs\.?|Ms\.?|M\.|Mme|An|To)", re.IGNORECASE)
_NOT_A_PARTY = re.compile(
    r"\b(?:tel|fax|phone|hp|telefon|fon|e-?mail|www|http|gst|sst|vat|ust|tax|invoice|receipt|rechnung|facture|factuur|date|datum|"
    r"cashier|bill|avoir|adresse|address|anschrift|delivery|lieferung|contact|kontakt|bemerkung(?:en)?|gln|nummer|kunden|lief|iban|bic|siret|page|seite|time|reg\.?\s?no|id\s?no|account|welcome|thank|copy|"
    r"formerly|roc|qty|payment|co\.?\s?reg|(?:co|company)\.?\s?no|licen[cs]ee|table|order|member|salesperson)\b|@",
    re.IGNORECASE,
)


def is_address(text: str) -> bool:
    """Whether a line reads like a part of a postal address."""
    return bool(_POSTCODE.search(text) or _STREET.search(text)) and not _looks_like_trade(text)


def repaired_form(name: str) -> str:
    """A name whose legal form was misread by a letter that looks alike (`5/B`, `SDN BND`), put right."""
    name = re.sub(r"\b[5$]/[B8]$", "S/B", name)
    return re.sub(r"\bS[DO0]N(\.?) ?B[HNI][DO0]\b", r"SDN\1 BHD", name)


def is_party(text: str) -> bool:
    """Whether a line could be a name: it has letters, and none of the words that open other lines."""
    letters = len(re.findall(r"[^\W\d_]", text))
    return letters >= 3 and not text.lstrip().startswith(("(", "#", "*")) and not _NOT_A_PARTY.search(text)


def without_registration(span: Span) -> Span:
    """The span without a company's registration number."""
    if not _REGISTRATION.search(span.text) and not _CODE_AFTER_FORM.search(span.text):
        return span
    text = re.sub(r"\(\s*\)", " ", _REGISTRATION.sub(" ", span.text)).strip(" \t,;:-*")
    text = _CODE_AFTER_FORM.sub(r"\1", " ".join(text.split()))
    return Span(text, span.words) if text else span


def head_name(rows: Sequence[Row]) -> tuple[Candidate | None, int]:
    """The name at the head of a receipt or letterhead, and the number of the row after it.

    The first row with a legal form or a trade in it, before anything that opens another part; else the first row.
    """
    stop = next((i for i, row in enumerate(rows) if i and _is_after_name(row.text)), len(rows))
    named = [
        (i, row) for i, row in enumerate(rows[: max(stop, 1)]) if is_party(_plain(row)) and not _is_after_name(row.text)
    ]
    named = named or [(i, row) for i, row in enumerate(rows[:8]) if is_party(_plain(row))]
    if not named:
        return None, 0
    for pattern, score in ((LEGAL_FORM, 0.93), (_TRADE, 0.85)):
        for i, row in named:
            if pattern.search(_plain(row)) and not _HOUSE.match(_plain(row)):
                return _named(rows, i, score, "head_legal_form" if pattern is LEGAL_FORM else "head_trade")
    return _named(rows, named[0][0], 0.7, "head_first")


def address_after(rows: Sequence[Row], start: int) -> Candidate | None:
    """The address in the rows from `start`: from the first row that reads like one to the last, before a telephone
    number, a tax number or a table."""
    taken: list[Row] = []
    ends: dict[int, int] = {}
    for place, row in enumerate(rows[start:], start):
        telephone = _TELEPHONE.search(row.text)
        whole = telephone is None or not is_address(row.text[: telephone.start()])
        ends[id(row)] = len(row.text) if whole or telephone is None else telephone.start()
        text = _plain(row)[: ends[id(row)]]
        clean = _REGISTRATION.sub(" ", text).strip(" ()")
        if taken and (_NOT_A_PARTY.search(text) or (row.y0 - taken[-1].y1) > 2.2 * row.height):
            break
        if _NOT_A_PARTY.search(text) or not re.search(r"[^\W_]{2}", clean):
            continue
        if (
            is_address(text)
            or (_HOUSE.match(text) and any(_POSTCODE.search(_plain(below)) for below in rows[place + 1 : place + 2]))
            or (_NUMBER_ALONE.search(text) and not taken)
            or (_NUMBERED.search(text) and re.search(r"[^\W\d_]{4}", text))
            or (taken and (re.fullmatch(r"[^\d:;%]{3,40}", text) or text.rstrip().endswith(",")))
        ):
            taken.append(row)
        elif taken:
            break
    if not taken:
        return None
    while len(taken) > 1 and not _closes(_plain(taken[-2]), _plain(taken[-1])):
        taken.pop()
    if len(taken) > 2 and any(fold(row.text) == fold(taken[0].text) for row in taken[1:]):
        taken.pop(0)  # a branch named after its quarter
    first = _ADDRESS_LABEL.match(taken[0].text)
    starts = [first.end() if first else 0, *(0 for _ in taken[1:])]
    span = joined([without_registration(row.span(at, ends[id(row)])) for at, row in zip(starts, taken, strict=True)])
    postcode = any(_POSTCODE.search(_plain(row)) for row in taken)
    return Candidate("address", span.text, span, 0.88 if postcode else 0.65, "head_address")


def below_label(transcript: Transcript, labels: Labels, reach: int = 6) -> list[Candidate]:
    """Names below or beside a label such as "Buyer:" or "Bill to", for the class the label names."""
    found = []
    for number, row in enumerate(transcript.rows):
        for start, end in row.segments:
            words, colon, rest = row.text[start:end].partition(":")
            for name, score in labels.match(words).items():
                if score < LEAST_LABEL or (rest.strip() and not is_party(rest)):
                    continue
                if colon and rest.strip():
                    span, rule = row.span(start + len(words) + 1, end), "label_beside"
                else:
                    span, rule = (
                        _name_below(transcript.rows, number, row.span(start, end), labels, reach),
                        "label_above",
                    )
                if span is not None:
                    found.append(Candidate(name, span.text, span, score, rule, number))
    return sorted(found, key=lambda c: -c.score)


def window_block(transcript: Transcript) -> list[Span]:
    """The lines of the address in a letter's window: on the first page's upper left, ending with a post code."""
    page = transcript.rows[0].page
    width = transcript.width(page)
    top = [r for r in transcript.rows[:40] if r.page == page]
    lines = [r.span(*r.segments[0]) for r in top if r.segments and r.span(*r.segments[0]).box[0] < 0.45 * width]
    for end, line in enumerate(lines):
        if _POSTCODE.search(line.text) and not re.search(r"[|•●·]", line.text) and not _STREET.search(line.text):
            block = [line]
            for above in reversed(lines[max(0, end - 5) : end]):
                gap = block[0].box[1] - above.box[3]
                if (
                    gap > 2.5 * (line.box[3] - line.box[1])
                    or _RETURN_MARK.search(above.text)
                    or re.search(r"\d{5}\s", above.text)
                ):
                    break
                if abs(above.box[0] - line.box[0]) < 0.03 * width and is_party(above.text):
                    block.insert(0, above)
            block = [span for span in block if not _TITLE.fullmatch(span.text)]
            if len(block) >= 2:
                return block
    return []


def letterhead(transcript: Transcript, other: Candidate | None) -> Candidate | None:
    """The name a sender prints on a letter: a legal form in the head, in the line above the address, or in the foot."""
    if not transcript.rows:
        return None
    page = transcript.rows[0].page
    rows = [r for r in transcript.rows if r.page == page]
    taken = other.span.text if other else ""
    above = return_address(rows[:15])
    if above is not None:
        return above
    for part, score in ((rows[:12], 0.85), (rows[-12:], 0.7)):
        for row in part:
            for start, end in row.segments:
                text = re.split(r"\s[|•●·–-]\s|,\s|\s?[|•●·]\s?", row.text[start:end])[0]
                if text.strip() and text.strip() != taken and _form(text) and is_party(text):
                    return Candidate("seller", text.strip(), row.span(start, start + len(text)), score, "letterhead")
    first = next((r.span(*r.segments[0]) for r in rows[:6] if is_party(r.text) and r.segments), None)
    return Candidate("seller", first.text, first, 0.45, "head_first") if first and first.text != taken else None


def return_address(rows: Sequence[Row]) -> Candidate | None:
    """The name in the small line above a letter's window: `Name · Street 1 · 12345 City`."""
    for row in rows:
        for start, end in row.segments:
            parts = re.split(r"\s?[|•●·]\s?|\s[-–:]\s?|\s?[-–:]\s", row.text[start:end])
            name = parts[0].rstrip()
            is_name = is_party(name) and not is_address(name) and not _HOUSE.match(name)
            if is_name and any(_POSTCODE.search(part) for part in parts[1:]):
                return Candidate("seller", name, row.span(start, start + len(name)), 0.9, "letterhead")
    return None


def joined(spans: Sequence[Span]) -> Span:
    words: list[Word] = [w for span in spans for w in span.words]
    return Span(" ".join(span.text for span in spans), tuple(words))


def _name_below(rows: Sequence[Row], number: int, label: Span, labels: Labels, reach: int) -> Span | None:
    x0, _, x1, bottom = label.box
    for row in rows[number + 1 : number + 1 + reach]:
        if row.page != label.page or row.y0 - bottom > 2 * row.height * reach:
            return None
        for place, (start, end) in enumerate(row.segments):
            span = row.span(start, end)
            left, _, right, _ = span.box
            if left > x1 or right < x0 or abs(left - x0) > 4 * row.height:
                continue
            words, colon, rest = span.text.partition(":")
            if colon and fold(words) == "name":
                following = row.segments[place + 1 : place + 2]
                stretch = (start + len(words) + 1, end) if rest.strip() else following[0] if following else None
                return row.span(*stretch) if stretch else None
            if max(labels.match(words).values(), default=0.0) >= LEAST_LABEL:
                return None
            if (
                not colon
                and is_party(span.text)
                and not is_address(span.text)
                and len(span.text.split()) <= _LONGEST_NAME
            ):
                return span
    return None


def _named(rows: Sequence[Row], number: int, score: float, rule: str) -> tuple[Candidate, int]:
    """The name on row `number`, with the row before or after it where the name goes over two rows."""
    owner = _OWNER.match(rows[number].text)
    spans = [without_registration(rows[number].span(owner.end() if owner else 0, len(rows[number].text)))]
    after = number + 1
    text = spans[0].text
    if number and (not _FORM_ONLY.sub("", text).strip() or text.startswith(("&", "("))):
        spans.insert(0, rows[number - 1].span(0, len(rows[number - 1].text)))
    elif re.search(r"\bSDN\.?$", text, re.IGNORECASE) or (
        after < len(rows) and LEGAL_FORM.search(rows[after].text) and not _FORM_ONLY.sub("", rows[after].text).strip()
    ):
        spans += [without_registration(row.span(0, len(row.text))) for row in rows[after : after + 1]]
        after += 1
    span = joined(spans)
    return Candidate("company", span.text, span, score, rule, number), after


def _form(text: str) -> bool:
    """Whether a legal form ends a name of a few words."""
    match = LEGAL_FORM.search(text)
    return match is not None and match.start() > 0 and len(text.split()) <= 8


def _closes(before: str, last: str) -> bool:
    return is_address(last) or before.rstrip().endswith(",") or _BRANCH.match(last) is not None


def _is_after_name(text: str) -> bool:
    return bool(_NOT_A_PARTY.search(text)) or (is_address(text) and not LEGAL_FORM.search(text))


def _looks_like_trade(text: str) -> bool:
    return LEGAL_FORM.search(text) is not None and not _POSTCODE.search(text) and not re.search(r"\d", text)


def _plain(row: Row) -> str:
    return row.text.replace("\t", " ")
