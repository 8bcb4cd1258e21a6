"""What bytes are, told by their content: names and extensions lie."""

from __future__ import annotations

from ocr.errors import EmptyDocument, UnsupportedType

PDF = "application/pdf"

_HEADER_WINDOW = 1024
"""PDF readers accept the header anywhere in the first kilobyte (ISO 32000-1, implementation note 13)."""

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)

_UNSUPPORTED = (
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document"),
    (b"{\\rtf", "an RTF document"),
    (b"%!PS", "a PostScript program"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 image"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (b"AT&TFORM", "a DjVu document"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"8BPS", "a Photoshop image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
)


def sniff(data: bytes) -> str:
    """The media type of a document that can be opened.

    Raises `EmptyDocument` where there are no bytes, `UnsupportedType` (which names what it seems to be) for the rest.
    """
    if not data.strip(b"\x00 \t\r\n"):
        raise EmptyDocument("the file has no bytes" if not data else "the file holds nothing but blanks")
    for magic, media_type in _IMAGES:
        if data.startswith(magic):
            return media_type
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    # "BM" alone is two letters any text may begin with: the four reserved bytes are zero in every bitmap.
    if data[:2] == b"BM" and data[6:10] == b"\x00\x00\x00\x00":
        return "image/bmp"
    # After the images: a picture may hold "%PDF-" in its metadata, a PDF never starts with a picture's header.
    if b"%PDF-" in data[:_HEADER_WINDOW] or _ends_as_pdf(data):
        return PDF
    raise UnsupportedType(f"it seems to be {_seems(data)}, which is not read")


def _ends_as_pdf(data: bytes) -> bool:
    """Some PDFs have lost their header; what ends like one opens like one."""
    tail = data[-_HEADER_WINDOW:]
    return b"startxref" in tail and b"%%EOF" in tail


def _seems(data: bytes) -> str:
    for magic, what in _UNSUPPORTED:
        if data.startswith(magic):
            return what
    if data[4:8] == b"ftyp":
        return "a HEIC or AVIF image" if data[8:12] in (b"heic", b"heix", b"mif1", b"avif") else "a video"
    head = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        return "a web page"
    if head.startswith(b"<?xml"):
        return "an XML file"
    if head.startswith((b"from ", b"received:", b"return-path:", b"mime-version:")):
        return "an e-mail message"
    if _is_text(data[:2048]):
        return "plain text"
    return "binary data of an unknown kind"


def _is_text(head: bytes) -> bool:
    try:
        text = head.decode()
    except UnicodeDecodeError as error:
        # The cut may go through a character; anything before its last bytes is not text.
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode()
    return all(c.isprintable() or c in "\t\r\n\f" for c in text)
