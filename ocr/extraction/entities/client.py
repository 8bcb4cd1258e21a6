"""Sends requests to an OpenAI-compatible server: timeouts, retries, and whose fault it is that there is no answer.

`EngineError`: the settings are wrong (key, model, address, money), so every document would fail. `NoAnswer`: it did
not answer this request, however often it was asked. `RefusedRequest`: it will not take this request. The last two may
be about one document or about the server; who knows of other requests decides.
"""

from __future__ import annotations

import asyncio
import email.utils
import json
import os
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ocr.errors import EngineError
from ocr.extraction.entities.dialect import Dialect
from ocr.settings import EntitiesSettings

if TYPE_CHECKING:
    import httpx

FIRST_WAIT, LONGEST_WAIT = 0.5, 120.0
"""Seconds before the second try, doubled before each later one; and the longest a server may ask us to wait."""

LARGEST_REPLY = 8_000_000
_SHOWN = 300
_NO_MONEY = ("insufficient_quota", "billing", "insufficient credit", "insufficient balance")
_ESTIMATE = 3.0


class NoAnswer(Exception):
    """The server gave no answer to a request, all tries included; the message says what happened last."""


class RefusedRequest(Exception):
    """The server said that a request cannot be answered as it is; the message is the server's."""


class _TryAgain(Exception):
    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said, who it says it is, and the tokens it took; `complete` unless it was cut at its longest."""

    content: str
    model: str
    tokens_in: int
    tokens_out: int
    complete: bool


class Client:
    """Requests of one process; all methods run on one event loop."""

    def __init__(self, settings: EntitiesSettings) -> None:
        self.settings = settings
        self.dialect = Dialect()
        self._url = f"{settings.base_url}/chat/completions"
        self._key = os.environ.get(settings.key_variable, "").strip()
        if not (self._key.isascii() and self._key.isprintable()):
            raise EngineError(f"the environment variable {settings.key_variable} holds no key: it has odd characters")
        self._slots = asyncio.Semaphore(settings.concurrency)
        self._resume_at = 0.0
        self._http: httpx.AsyncClient | None = None

    async def chat(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], tokens: int, retries: int
    ) -> Reply:
        """The model's reply. Raises `NoAnswer`, `RefusedRequest` or `EngineError`."""
        tried = 0
        while True:
            dialect = self.dialect
            try:
                async with self._slots:
                    await self._pause()
                    return await self._post(dialect.body(self.settings.model, messages, schema, tokens))
            except RefusedRequest as refusal:
                simpler = dialect.simpler(str(refusal))
                if simpler is None:
                    raise
                if self.dialect == dialect:  # unless another request has learned it meanwhile
                    self.dialect = simpler
            except _TryAgain as error:
                if tried == retries or (error.wait or 0.0) > LONGEST_WAIT:
                    raise NoAnswer(f"{error} ({tried + 1} tries)") from error
                await asyncio.sleep(self._wait(tried, error.wait))
                tried += 1

    def _wait(self, tried: int, asked: float | None) -> float:
        """Seconds until the next try: what the server asks for, else twice as long each time, with jitter so that
        requests that failed together do not come back together."""
        if asked is not None:
            self._resume_at = max(self._resume_at, time.monotonic() + asked)  # it speaks to all of us
            return asked
        return min(LONGEST_WAIT, FIRST_WAIT * 2**tried) * random.uniform(0.5, 1.5)

    async def _pause(self) -> None:
        while (left := self._resume_at - time.monotonic()) > 0:
            await asyncio.sleep(left)

    async def _post(self, body: Mapping[str, Any]) -> Reply:
        import httpx

        try:
            async with asyncio.timeout(self.settings.total_timeout):
                status, headers, data = await self._exchange(body)
        except TimeoutError as error:
            raise _TryAgain(f"no whole answer within {self.settings.total_timeout:g} s") from error
        except (httpx.UnsupportedProtocol, httpx.InvalidURL, httpx.LocalProtocolError) as error:
            raise EngineError(f"[entities] base_url {self.settings.base_url!r} cannot be used: {error}") from error
        except httpx.HTTPError as error:
            raise _TryAgain(self._safe(f"{type(error).__name__}: {error}")) from error
        if status == 200:
            return self._reply(data, body)
        raise self._fault(status, headers, data)

    async def _exchange(self, body: Mapping[str, Any]) -> tuple[int, Mapping[str, str], bytes]:
        if self._http is None:
            self._http = self._open()
        parts, size = [], 0
        async with self._http.stream("POST", self._url, json=body) as response:
            async for part in response.aiter_bytes():
                parts.append(part)
                size += len(part)
                if size > LARGEST_REPLY:
                    raise _TryAgain(f"its answer is longer than {LARGEST_REPLY} bytes")
        return response.status_code, response.headers, b"".join(parts)

    def _open(self) -> httpx.AsyncClient:
        import httpx

        settings = self.settings
        return httpx.AsyncClient(
            headers={"Authorization": f"Bearer {self._key}"} if self._key else {},
            timeout=httpx.Timeout(settings.read_timeout, connect=settings.connect_timeout, pool=None),
            limits=httpx.Limits(max_connections=settings.concurrency, max_keepalive_connections=settings.concurrency),
        )

    def _reply(self, data: bytes, body: Mapping[str, Any]) -> Reply:
        try:
            found = json.loads(data)
            choice = found["choices"][0]
            message, usage = choice["message"], found.get("usage") or {}
            content = message.get("content")
            if isinstance(content, list):
                content = "".join(part.get("text") or "" for part in content)
            content = str(content or message.get("refusal") or "")
            sent = sum(len(m["content"]) for m in body["messages"])
            return Reply(
                content=content,
                model=str(found.get("model") or self.settings.model)[:_SHOWN],
                # Some servers count nothing.
                tokens_in=_count(usage.get("prompt_tokens") or sent / _ESTIMATE),
                tokens_out=_count(usage.get("completion_tokens") or len(content) / _ESTIMATE),
                complete=choice.get("finish_reason") != "length",
            )
        except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
            raise _TryAgain(f"its reply is no chat completion: {self._said(data)!r}") from error

    def _fault(self, status: int, headers: Mapping[str, str], data: bytes) -> Exception:
        said, settings = self._said(data), self.settings
        told = f"{settings.base_url} answers {status}: {said}"
        if status in (401, 403):
            has = "is wrong or lacks the right" if self._key else "is not set"
            return EngineError(f"{told}; the key in the environment variable {settings.key_variable} {has}")
        if status == 402 or (status == 429 and any(word in said.casefold() for word in _NO_MONEY)):
            return EngineError(f"{told}; the account behind {settings.key_variable} has no credit left")
        if status == 404 or 300 <= status < 400:
            return EngineError(
                f"{told}; check [entities] model ({settings.model!r}) and base_url (such as https://host/v1)"
            )
        if status in (408, 409, 425, 429) or (status >= 500 and status != 501):
            return _TryAgain(told, _retry_after(headers))
        return RefusedRequest(told)

    def _said(self, data: bytes) -> str:
        text = " ".join(data[: 10 * _SHOWN].decode(errors="replace").split())
        return self._safe(text)[:_SHOWN]

    def _safe(self, text: str) -> str:
        """A text that may be logged: servers have been known to repeat the key they were given."""
        return text.replace(self._key, "•••") if self._key else text


def _count(tokens: Any) -> int:
    return min(max(0, int(tokens)), 10**9)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds a server asks to wait (RFC 9110, 10.2.3: a number or a date); None where it does not say."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
