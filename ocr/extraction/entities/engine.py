"""The engine that asks a language model for fields: many documents at a time, within a budget, answers kept."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from ocr.documents import Violation
from ocr.errors import EngineError, Unreachable
from ocr.extraction import Draft
from ocr.extraction.doctype import Finding
from ocr.extraction.entities.answer import Answer, UnusableAnswer, parse
from ocr.extraction.entities.budget import Budget, cost
from ocr.extraction.entities.cache import AnswerCache, key_of
from ocr.extraction.entities.client import Client, NoAnswer, RefusedRequest, Reply
from ocr.extraction.entities.merge import merge
from ocr.extraction.entities.question import PROMPT_VERSION, Question, question
from ocr.loading import fingerprint
from ocr.settings import INERT, EntitiesSettings

BUDGET_SPENT = "entities_budget_spent"
UNANSWERED = "entities_unanswered"
TRUNCATED = "entities_truncated"
MOST_REQUESTS = 2
"""Times a document is asked about where its answer cannot be used."""

_PROBE = (
    {"role": "system", "content": "You answer with one JSON object and nothing else."},
    {"role": "user", "content": 'Answer {"ready": "yes"}.'},
)
_PROBE_SCHEMA = {
    "type": "object",
    "properties": {"ready": {"type": "string"}},
    "required": ["ready"],
    "additionalProperties": False,
}
_PROBE_TOKENS = 200
T = TypeVar("T")


@dataclass(slots=True)
class Usage:
    """What a document took: `requests` sent, tokens, their cost, or that a kept answer was used; `pages` sent of those
    with text."""

    model: str
    pages: str
    requests: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float = 0.0
    cached: bool = False

    def add(self, reply: Reply, settings: EntitiesSettings) -> None:
        self.model = reply.model
        self.tokens_in += reply.tokens_in
        self.tokens_out += reply.tokens_out
        self.cost = round(self.cost + cost(reply.tokens_in, reply.tokens_out, settings), 9)


@dataclass(slots=True)
class Asked:
    """A document's question and what came of it. Without an `answer`, `reason` (a rule's name) and `message` say why;
    `incomplete` where a later run may do better."""

    question: Question | None
    usage: Usage = field(default_factory=lambda: Usage("", ""))
    answer: Answer | None = None
    reason: str = ""
    message: str = ""
    incomplete: bool = False


@dataclass(frozen=True, slots=True)
class Probe:
    """A short request's outcome: the model's own name, seconds, tokens, cost, and how answers' form is asked for."""

    model: str
    seconds: float
    tokens_in: int
    tokens_out: int
    cost: float
    form: str


@dataclass
class EntityEngine:
    """Asks for fields through an OpenAI-compatible server. Construction connects to nothing.

    Requests run on an event loop in a thread of their own, for as long as the process lives.
    """

    settings: EntitiesSettings
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        if not self.settings.model:
            raise EngineError("[entities] base_url is set but no model: set model to a name the server knows")

    @property
    def fingerprint(self) -> str:
        """The model's name, the prompt's version and the settings that change answers; a server says no more."""
        answering = self.settings.model_dump(mode="json", exclude=INERT["entities"] | {"model"})
        return fingerprint("entities", self.settings.model, f"prompt{PROMPT_VERSION}", *answering.values())

    @property
    def window(self) -> int:
        """How many documents to have in hand, so that the server always has enough to do."""
        return 2 * self.settings.concurrency

    def ask(self, draft: Draft) -> Future[tuple[Draft, Asked]]:
        """Begin to ask about a draft. The future raises `EngineError` where it is not the document's fault."""

        async def asked() -> tuple[Draft, Asked]:
            wanted = question(draft, self.settings)
            return draft, Asked(None) if wanted is None else await self._ask(wanted)

        return self._start(asked())

    def complete(self, draft: Draft, asked: Asked) -> None:
        """Put what was answered into the draft, or the reason why nothing was."""
        question, name = asked.question, self.settings.model
        if question is None:
            return
        if asked.answer is not None:
            merge(draft, question, asked.answer, self.settings)
        else:
            draft.findings.append(_said(asked.reason, asked.message))
        if question.cut:
            pages = f"{len(question.pages)} of {question.page_count} pages"
            message = f"{name} was sent {pages}, cut to {self.settings.document_tokens} tokens"
            draft.findings.append(_said(TRUNCATED, message))

    def probe(self) -> Probe:
        """One short request, not tried again. Raises `EngineError` where it is not answered."""
        return self._start(self._probe()).result()

    async def _ask(self, asked: Question) -> Asked:
        settings = self.settings
        usage = Usage(settings.model, f"{len(asked.pages)} of {asked.page_count}")
        key = key_of(settings.model, asked.messages, asked.schema, settings.answer_tokens)
        kept = self._cache.get(key)
        if kept is not None:
            with contextlib.suppress(UnusableAnswer):
                answer = parse(kept.content, asked.fields, asked.items)
                usage.model, usage.cached = kept.model, True
                return Asked(asked, usage, answer)
        fault = ""
        while usage.requests < MOST_REQUESTS:
            reserved = (asked.tokens, settings.answer_tokens)
            if not self._budget.reserve(*reserved):
                message = "the run's budget is spent: these fields are the rules' alone; a later run asks again"
                return Asked(asked, usage, None, BUDGET_SPENT, message, incomplete=True)
            usage.requests += 1
            used = (0, 0)
            try:
                reply = await self._client.chat(asked.messages, asked.schema, settings.answer_tokens, settings.retries)
                used = (reply.tokens_in, reply.tokens_out)
                usage.add(reply, settings)
                answer = parse(reply.content, asked.fields, asked.items)
                self._cache.put(key, reply)
                return Asked(asked, usage, answer)
            except UnusableAnswer as error:
                fault = str(error)
                if not reply.complete:
                    fault += f": it was cut off at [entities] answer_tokens = {settings.answer_tokens}"
                    break
            except (NoAnswer, RefusedRequest) as error:
                await self._require_alive(error)
                message = f"no answer about this document: {error}"
                return Asked(asked, usage, None, UNANSWERED, message, incomplete=isinstance(error, NoAnswer))
            finally:
                self._budget.settle(reserved, used)
        return Asked(asked, usage, None, UNANSWERED, f"the answer cannot be used: {fault}")

    async def _require_alive(self, error: NoAnswer | RefusedRequest) -> None:
        """Raises where it is not the document: a server that answers a short request is well, as are the settings."""
        try:
            await self._client.chat(_PROBE, _PROBE_SCHEMA, _PROBE_TOKENS, retries=0)
        except (NoAnswer, RefusedRequest):
            kind = Unreachable if isinstance(error, NoAnswer) else EngineError
            raise kind(f"no answer from {self.settings.base_url}: {error}") from error

    async def _probe(self) -> Probe:
        started = time.perf_counter()
        try:
            reply = await self._client.chat(_PROBE, _PROBE_SCHEMA, _PROBE_TOKENS, retries=0)
        except (NoAnswer, RefusedRequest) as error:
            raise EngineError(f"no answer from {self.settings.base_url}: {error}") from error
        paid = cost(reply.tokens_in, reply.tokens_out, self.settings)
        form = self._client.dialect.form
        return Probe(reply.model, time.perf_counter() - started, reply.tokens_in, reply.tokens_out, paid, form)

    @cached_property
    def _folder(self) -> Path | None:
        return Path(self.settings.cache).expanduser() if self.settings.cache else None

    @cached_property
    def _cache(self) -> AnswerCache:
        return AnswerCache(self._folder)

    @cached_property
    def _budget(self) -> Budget:
        return Budget(self.settings, self._folder)

    @cached_property
    def _client(self) -> Client:
        return Client(self.settings)

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        loop = asyncio.new_event_loop()
        # A daemon: requests under way must not keep a process that wants to end.
        threading.Thread(target=loop.run_forever, name="entities", daemon=True).start()
        return loop

    def _start(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        with self._lock:
            loop = self._loop
        return asyncio.run_coroutine_threadsafe(work, loop)


def _said(rule: str, message: str) -> Finding:
    return Finding(Violation(rule, "warning", message))
