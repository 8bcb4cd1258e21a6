"""What can go wrong, as types a caller can catch.

`DocumentError` is about one document: its batch goes on, and the error becomes a recorded rejection. `EngineError` is
about the machine or the settings (no GPU, no weights, no program): it stops the step, since every document would fail.
"""

from __future__ import annotations


class OcrError(Exception):
    """Base of every error this library raises on purpose."""


class DocumentError(OcrError):
    """One document (or one page of it) cannot be read.

    `code` is stable and machine-readable, `message` says what is wrong, `advice` says what a person can do.
    """

    code = "unreadable"
    advice = "Open the file in a viewer; if it shows, re-export it and add it again."

    def __init__(self, message: str, *, page: int | None = None, advice: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.page = page
        if advice is not None:
            self.advice = advice


class EmptyDocument(DocumentError):
    code = "empty"
    advice = "The file has no bytes or no pages; fetch it again from where it came."


class UnsupportedType(DocumentError):
    code = "unsupported_type"
    advice = "Convert it to PDF, PNG, JPEG, TIFF or WebP and add that."


class BrokenDocument(DocumentError):
    code = "broken"
    advice = (
        "The file is damaged; fetch it again, or repair it (save it anew in another program; a PDF: "
        "`qpdf in.pdf out.pdf`) and add the result."
    )


class EncryptedDocument(DocumentError):
    code = "encrypted"
    advice = (
        "Add its password to `[limits] passwords` in the settings and run with `--retry-rejected`, or remove the "
        "encryption and add it again."
    )


class OverLimit(DocumentError):
    code = "over_limit"
    advice = "Split the document, or raise the limit in `[limits]` of the settings if you trust its source."


class SourceChanged(DocumentError):
    code = "source_changed"
    advice = "The file was moved, deleted or overwritten after it was added; add it again from where it is now."


class SourceForbidden(DocumentError):
    code = "source_forbidden"
    advice = (
        "The platform may not read it any more: give it leave (the file's permissions, the role's rights and keys, an "
        "archived object: restore it), then run with `--retry-rejected`."
    )


class ReaderCrashed(DocumentError):
    code = "crashes_reader"
    advice = "Reading it ended the worker several times; keep the file for a report and retry with `--retry-rejected`."


class InternalError(DocumentError):
    code = "internal_error"
    advice = "This is a defect of the reader: please report it with the document's key and the message."


class EngineError(OcrError):
    """An engine cannot run here: missing program, weights or device. Names the setting to change."""


class Unreachable(EngineError):
    """A server that engines need does not answer now. Trying again later may help."""
