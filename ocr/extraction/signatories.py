"""The parties of a contract: names that its preamble defines, lists after "between", or that stand over signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ocr.extraction.candidates import SUREST, Candidate
from ocr.extraction.passages import Passages
from ocr.extraction.rows import Row

_PREAMBLE = 2_500
_HEAD_ROWS = 16
_LEAST = 0.55
_MOST_WORDS = 9
_FORM = re.compile(
    r"(?:Inc(?:orporated)?|Corp(?:oration)?|Company|Co|L\.?L\.?C|L\.?L\.?P|L\.?P|Ltd|Limited|P\.?L\.?C|N\.?V|N\.?A|S\.?A|"
    r"B\.?V|GmbH|AG|KG|SE|Bank|Partnership)\.?",
    re.IGNORECASE,
)
_STATE_OF = re.compile(
    r",\s+(?:an?|the)\s+(?:[\w.\-]+\s+){0,5}?(?:corporation|company|partnership|bank|association|institution|individual|"
    r"(?:citizen|resident)\b|gesellschaft)",
    re.IGNORECASE,
)
_DEFINED = re.compile(
    r"\(\s*(?P<words>[^()“”\"]{0,160}?)(?:[“\"]|(?=Company”))(?P<role>[^“”\"()]{1,50})[”\"][^()]{0,140}\)"
)
_NOT_A_PARTY = re.compile(
    r"agreement|transaction|date|information|parties|business|notes?|board|committee|representatives|material|plan|"
    r"services|purpose|merger|period|shares|stock|act|affiliates|products?|technology",
    re.IGNORECASE,
)
_ROLES = re.compile(
    r"compan(?:y|ies)|employe[re]|executive|recipient|undersigned|buyer|seller|consultant|contractor|director|purchaser|"
    r"client|parent|party|discloser|owner|counterparty|licens|customer|supplier|investor|participant|you|manager|borrower|"
    r"lender|bank|auftraggeber|auftragnehmer|gesellschaft|parteien?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:between|among|zwischen)\b", re.IGNORECASE)
_PREAMBLE_END = re.compile(
    r"\b(?:WHEREAS|WITNESSETH|RECITALS?|BACKGROUND|NOW, THEREFORE|Whereas|Recitals|Background|R E C I T A L S|"
    r"Präambel)\b|[a-z”\")]\.\s+(?=[A-Z1(])"
)
_PERSON = r"[A-Z][\w'’\-]+(?:\s+[A-Z]\.)*(?:\s+(?:[A-Z][\w'’\-]+|[A-Z]\.)){1,2}(?:,?\s+(?:Jr|Sr|II|III|IV)\b\.?)?"
_PERSON_DEFINED = re.compile(
    rf"(?:\band,?|\bbetween|\bamong|\):?,|[:;])\s+(?P<name>{_PERSON})(?=\s*\(\s*(?:the\s+)?[“\"]|,\s+an individual)"
)
_LINKS = frozenset({"of", "the", "and", "&", "for", "der", "und", "für"})
_OF_WHAT = re.compile(r"(?:bank|university|regents|trust|state|city|commonwealth)$", re.IGNORECASE)
_NEVER = frozenset([
    "agreement", "among", "and", "attention", "attn", "between", "by", "certain", "company", "confidential",
    "confidentiality", "date", "dear", "employee", "executive", "exhibit", "for", "from", "name", "parties", "re",
    "the", "this", "title", "to", "whereas", "with", "witnesseth",
])  # fmt: skip
_SUBSIDIARY = re.compile(r"\b(?:of|by|as|with|at|for|on behalf of|including)\s+$", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?:including|subsidiar(?:y|ies) of|known as|named as|division of)\W+(?:\w+\W+){0,2}$", re.IGNORECASE
)
_SIGNED = re.compile(r"^\W*(?:By|Name|Title|Its|Signature|Signed)\b\s*:?|/s/", re.IGNORECASE)
_EXACT_FORMS = {
    "incorporated": "Inc.", "inc": "Inc.", "corp": "Corp.", "co": "Co.", "llc": "LLC", "lp": "LP", "llp": "LLP",
    "ltd": "Ltd.", "plc": "PLC",
}  # fmt: skip


@dataclass
class _Name:
    """A name, where it was first met, and what speaks for its being a party."""

    text: str
    start: int
    end: int
    evidence: dict[str, float] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return sum(self.evidence.values())


def find_parties(passages: Passages, rows: Sequence[Row]) -> list[Candidate]:
    """The parties, in the order they are met; each value is the name as `legal_name` writes it."""
    text = passages.text
    names: dict[str, _Name] = {}
    for start, end, rule, weight in _evidence(text, rows):
        name = legal_name(text[start:end])
        key = re.sub(r"\W", "", name).casefold()
        if len(key) > 2:
            known = names.setdefault(key, _Name(name, start, end))
            known.evidence[rule] = max(weight, known.evidence.get(rule, 0.0))
    found = []
    for name in sorted(names.values(), key=lambda n: n.start):
        if name.score >= _LEAST:
            rule = "+".join(sorted(name.evidence, key=lambda r: -name.evidence[r]))
            score = min(SUREST, 0.45 + 0.35 * name.score)
            found.append(Candidate("party", name.text, passages.span(name.start, name.end), score, rule))
    return found


def legal_name(text: str) -> str:
    """A name as registers write it: one space between words, "and" for an ampersand, no comma, its legal form in the
    one usual spelling (`Alpha Beta, L.L.C.` → `Alpha Beta LLC`)."""
    text = re.sub(r"\s*&\s*", " and ", re.sub(r"\s+", " ", text).strip(" ,;:"))
    words = [word for word in text.replace(",", " ").split() if word]
    if words and (form := _EXACT_FORMS.get(words[-1].replace(".", "").casefold())):
        words[-1] = form
    return " ".join(words)


def _evidence(text: str, rows: Sequence[Row]) -> Iterator[tuple[int, int, str, float]]:
    """Stretches of the text that are names, with what speaks for each."""
    preamble = text[:_PREAMBLE]
    names = sorted({*organisations(preamble), *_named_by_state(preamble)})
    persons = [m.span("name") for m in _PERSON_DEFINED.finditer(preamble)]
    persons = [p for p in persons if not any(a < p[1] and p[0] < b for a, b in names)]
    listed = _list_of_parties(preamble)
    for match in _DEFINED.finditer(preamble):
        if _NOT_A_PARTY.search(match["role"]) or len(match["role"].split()) > 4:
            continue
        before = [n for n in [*names, *persons] if n[1] <= match.start() and match.start() - n[1] < 220]
        before = _without_relatives(preamble, sorted(before))
        if before:
            start, end = before[-1]
            between = text[end : match.start()]
            own = match["role"].split()[0].casefold()[:4] in text[start:end].casefold()
            if not re.search(r"[.;]\s+[A-Z]", between) and (
                _ROLES.search(match["role"]) or own or _initials(text[start:end])
            ):
                # Where a contract lists its parties, the other companies that it defines are their relatives.
                yield start, end, "defined_term", 0.7 if listed is None or start < listed[1] else 0.4
    if listed is not None:
        for start, end in [*names, *persons]:
            if listed[0] <= start < listed[1] and not _SUBSIDIARY.search(text[:start]):
                yield start, end, "between_and", 0.6
    yield from _alone(text, rows)


def _list_of_parties(preamble: str) -> tuple[int, int] | None:
    """Where the sentence "by and between … and …" lists the parties."""
    opening = _BETWEEN.search(preamble)
    if opening is None:
        return None
    closing = _PREAMBLE_END.search(preamble, opening.end() + 60)
    return opening.end(), closing.start() if closing else opening.end() + 500


def _without_relatives(text: str, names: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The names but for those a longer one only "includes" or is "a subsidiary of", and what is joined to these."""
    kept: list[tuple[int, int]] = []
    dropped = False
    for place, (start, end) in enumerate(names):
        since = text[names[place - 1][1] if place else max(0, start - 60) : start]
        dropped = bool(_RELATIVE.search(since)) or (dropped and re.fullmatch(r"\W*(?:and|or)?\W*", since) is not None)
        if not dropped:
            kept.append((start, end))
    return kept


def _alone(text: str, rows: Sequence[Row]) -> Iterator[tuple[int, int, str, float]]:
    """Names that fill a line of their own: at the head of a letter, or over a signature."""
    at = 0
    for number, row in enumerate(rows):
        for start, end in row.segments:
            stretch = row.text[start:end].strip().rstrip(":")
            spans = list(organisations(stretch))
            if not spans or spans[0] != (0, len(stretch)):
                continue
            place = at + start + (len(row.text[start:end]) - len(row.text[start:end].lstrip()))
            below = [r.text for r in rows[number + 1 : number + 3]]
            if any(_SIGNED.search(segment) for text_below in below for segment in text_below.split("\t")):
                yield place, place + len(stretch), "over_signature", 0.3
            elif number < _HEAD_ROWS:
                yield place, place + len(stretch), "head_line", 0.3
        at += len(row.text) + 1


def organisations(text: str) -> Iterator[tuple[int, int]]:
    """Names that end in a legal form."""
    tokens = [(m.start(), m.end(), m[0]) for m in re.finditer(r"\S+", text)]
    for place, (_, end, token) in enumerate(tokens):
        bare = token.strip(',;:)”"')
        form = bare.removesuffix("'s").removesuffix("’s")
        if not _FORM.fullmatch(form) or not (form[0].isupper() or form == "plc"):
            continue
        following = tokens[place + 1][2].strip(",.;:)(") if place + 1 < len(tokens) else ""
        if token == bare and _FORM.fullmatch(following) and following[:1].isupper():
            continue  # the form goes on: "Company Limited"
        first = _first_token(tokens, place)
        named = any(not _FORM.fullmatch(t[2].strip(",;:.()")) for t in tokens[first:place])
        if named and not following[:1].isdigit() and place - first < _MOST_WORDS:
            stripped = end - (len(token) - len(token.rstrip(',;:)”"')))
            yield tokens[first][0] + (len(tokens[first][2]) - len(tokens[first][2].lstrip('(“"'))), stripped


def _first_token(tokens: Sequence[tuple[int, int, str]], place: int) -> int:
    """The first of the capitalised words that lead up to the legal form at `place`."""
    first = place
    while first > 0:
        word = tokens[first - 1][2]
        bare = word.strip(',“"(').casefold()
        linked = bare in _LINKS and first - 2 >= 0 and _starts_name(tokens[first - 2][2])
        linked = linked and (bare == "&" or (bare == "of" and bool(_OF_WHAT.search(tokens[first - 2][2]))))
        ends_before = word.endswith((":", ";", ")", "”", '"')) or (
            word.endswith(".") and len(bare) > 3 and not re.fullmatch(r"(?:\w\.)+", bare) and not _FORM.fullmatch(bare)
        )
        if ends_before or bare in _NEVER or not (linked or _starts_name(word)):
            break
        if word.endswith(",") and not _FORM.fullmatch(tokens[first][2].strip(',;:.)”"')):
            break  # a comma divides names, but for the one before the legal form
        first -= 1
        if word.startswith(("(", "“", '"')):
            break
    if first and tokens[first - 1][2] == "The":
        first -= 1
    return first


def _starts_name(word: str) -> bool:
    bare = word.lstrip('(“"')
    return (
        bool(bare)
        and (bare[0].isupper() or bare[0].isdigit() or bare[0] == "&")
        and not re.fullmatch(r"[\d.,/\-]{4,}", bare)
    )


def _named_by_state(text: str) -> Iterator[tuple[int, int]]:
    """Names before ", a Delaware corporation" and its like, with a legal form or without."""
    for match in _STATE_OF.finditer(text):
        before = list(re.finditer(r"\S+", text[: match.start()]))
        tokens = [(m.start(), m.end(), m[0]) for m in before]
        if (
            tokens
            and _starts_name(tokens[-1][2])
            and tokens[-1][2][-1] not in ')”"'
            and not _FORM.fullmatch(tokens[-1][2].strip(","))
        ):
            first = _first_token(tokens, len(tokens) - 1)
            if len(tokens) - first <= _MOST_WORDS:
                yield tokens[first][0], tokens[-1][1]


def _initials(name: str) -> bool:
    """Whether a name has a legal form, so that any short name may stand for it."""
    return any(_FORM.fullmatch(word.strip(",;")) for word in name.split()[-2:])
