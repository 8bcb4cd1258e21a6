"""All settings of the platform: one TOML file in the home, overridden by what was promoted, and by the environment.

The home (`OCR_HOME`, else `./ocr_home`) holds everything a run makes. `OCR_TEXT__ENGINE=tesseract` overrides `engine`
in the section `[text]`. What was promoted lies in the ledger, so that every machine has it.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_origin

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import SettingsError as UnreadableVariable

from ocr.errors import EngineError
from ocr.settings import ReadingSettings, Section

FILE = "ocr-assets.toml"

NOTHING_PROMOTED = "{}"
_promoted: ContextVar[str] = ContextVar("_promoted", default=NOTHING_PROMOTED)


class SettingsError(Exception):
    """The settings cannot be used; the message names the file or variable and the setting."""


class LedgerUnreadable(SettingsError):
    """The ledger cannot be asked what was promoted; the message says what to do."""


class StorageSettings(Section):
    lake: str = Field("", description="folder or s3:// URL of all outputs; empty: <home>/lake")
    ledger: str = Field("", description="SQLAlchemy URL of the ledger; empty: SQLite in <home>/ledger.db")
    corpus: str = Field("", description="the DuckDB file people query; empty: <home>/corpus.duckdb")
    inbox: str = Field("", description="folder the sensor watches for new documents; empty: <home>/inbox")
    ground_truth: list[str] = Field(default_factory=list, description="more folders of <sha256>.json ground truth")


class RunSettings(Section):
    workers: int = Field(0, ge=0, description="worker processes of `ocr-assets run`; 0: one per core, at most 8")
    batch: int = Field(32, ge=1, description="most documents a worker takes at a time, as one Dagster run")
    crashes: int = Field(3, ge=1, description="times a document may end its worker before it is rejected")
    worker_memory: int = Field(
        3_072, ge=0, description="MiB; a worker that holds more after a batch makes way for a new one; 0: no limit"
    )
    ahead: bool = Field(
        True, description="whether Dagster's daemon keeps a worker ready, with its models, before there is a run for it"
    )


class ChecksSettings(Section):
    """Thresholds of the ground-truth checks. Those of one document warn; those of the corpus block publishing."""

    document_cer: float = Field(0.10, description="a document's character error rate above this fails its check")
    document_fields: float = Field(0.80, description="a document's field F1 below this fails its check")
    document_confidence: float = Field(0.80, description="a document's mean word confidence below this fails its check")
    corpus_cer: float = Field(0.15, description="the pooled character error rate above this blocks publishing")
    corpus_fields: float = Field(0.60, description="the pooled field F1 below this blocks publishing")
    loss_level: float = Field(
        0.02, gt=0, lt=1, description="how often a change that is no loss may block publishing; lower: more is let by"
    )
    loss_least: float = Field(0.002, ge=0, description="a loss of a rate smaller than this never blocks publishing")


class DriftSettings(Section):
    """When documents count as changed. Looking costs little and sends nothing."""

    reference: int = Field(
        300, ge=20, description="documents of a collection, the first, that later ones are compared with"
    )
    fewest: int = Field(50, ge=20, description="fewest documents of a reference, also of a new one after an alarm")
    documents_per_false_alarm: float = Field(
        20_000, ge=100, description="documents without a change between two false alarms of a collection, at least"
    )
    mix: bool = Field(
        True, description="whether other types, languages or files alone are a change; false where piles are sorted"
    )


class ReviewSettings(Section):
    """Which fields a person is to look at. Applied when the corpus is published: no record becomes stale by it."""

    target_error: float = Field(0.01, gt=0, lt=1, description="share of wrong fields among those accepted unseen")
    guarantee: Literal["estimate", "mean", "certain"] = Field(
        "estimate",
        description="estimate: by confidences and ground truth; mean: by ground truth alone, kept on average; certain: "
        "kept with 90 % probability, which needs 230 fields without a mistake for 1 %",
    )


class ExperimentSettings(Section):
    """A/B: live documents are split between the models in force and a variant (`ocr-assets experiment define`)."""

    challenger: str = Field("", description="variant that a share of the live documents is read by; empty: no split")
    share: float = Field(0.0, ge=0, le=1, description="of the live documents that arrive, by a hash of their content")


class EventsSettings(Section):
    """What is told to others, through Amazon EventBridge; docs/events.md describes it."""

    bus: str = Field("", description="name or ARN of the event bus; empty: nothing is sent, events wait in the ledger")
    test_bus: str = Field("", description="the bus of test documents' events; empty: they are not sent")
    source: str = Field("ocr-assets", description="the source that events bear")
    keep_days: float = Field(90, ge=1, description="days that `ocr-assets prune` leaves events that were sent")

    @field_validator("test_bus")
    @classmethod
    def _apart(cls, test_bus: str, info: ValidationInfo) -> str:
        if test_bus and test_bus == info.data.get("bus"):
            raise ValueError("test documents' events need a bus of their own, so that no live consumer sees them")
        return test_bus

    @property
    def buses(self) -> dict[str, str]:
        """By environment; empty where nothing is to be sent."""
        return {name: bus for name, bus in (("live", self.bus), ("test", self.test_bus)) if bus and self.bus}


class AlertsSettings(Section):
    """Who is told when a run or a check of the whole corpus fails."""

    webhook_variable: str = Field(
        "", description="environment variable that holds the URL of a Slack-compatible webhook; empty: none"
    )
    email_to: list[str] = Field(default_factory=list, description="addresses that get an e-mail; []: nobody")
    email_from: str = Field("ocr-assets@localhost", description="the e-mails' sender")
    smtp_host: str = Field("localhost", description="the mail server")
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_starttls: bool = Field(True, description="whether to insist on an encrypted connection (STARTTLS)")
    smtp_user: str = Field("", description="who logs in; empty: nobody")
    smtp_password_variable: str = Field("", description="environment variable that holds the password")
    quiet_minutes: float = Field(30.0, ge=0, description="of one job's or check's failures, one is told in this time")

    @property
    def wanted(self) -> bool:
        return bool(self.webhook_variable or self.email_to)


class ReprocessSettings(Section):
    """Reading again, by the clock, what other models or settings made stale."""

    cron: str = Field("", description="when to look for stale documents, such as '0 * * * *'; empty: never")
    documents: int = Field(500, ge=1, description="most documents that are read again a tick")
    seconds: float = Field(
        3_600, gt=0, description="most worker-seconds a tick, as estimated; one document always goes"
    )
    canary: int = Field(200, ge=0, description="most documents with ground truth that are judged first; 0: none are")

    @field_validator("cron")
    @classmethod
    def _clock(cls, cron: str) -> str:
        if not cron:
            return cron
        from dagster._utils.schedules import is_valid_cron_schedule

        if not is_valid_cron_schedule(cron):
            raise ValueError(f"{cron!r} is no cron expression, such as '0 * * * *' for every hour")
        return cron


class BucketSettings(Section):
    """An S3 bucket that others put documents into."""

    url: str = Field(
        "", pattern=r"^(s3://[^/]+(/.*)?)?$", description="s3://bucket/prefix whose objects are read; empty: none"
    )
    queue: str = Field("", description="URL of the SQS queue its notifications come to, which is faster; empty: none")
    every: float = Field(30.0, ge=5, description="seconds between two listings; with a queue an hour will do")
    collection: str = Field("default", description="a name to group its documents by")


class RequestsSettings(Section):
    """Documents that others ask for, by events that come to a queue; docs/operating.md describes them."""

    queue: str = Field("", description="URL of the SQS queue; empty: none")
    dead_letters: str = Field("", description="URL of the queue for what is not understood; empty: as `queue` has it")
    receives: int = Field(5, ge=1, description="times a request is taken up whose object is not there (yet)")
    folders: list[str] = Field(default_factory=list, description="folders whose files may be asked for")


class Settings(BaseSettings, ReadingSettings):
    """The sections of reading, and those of the platform."""

    # A SettingsConfigDict is a ConfigDict with more keys.
    model_config = SettingsConfigDict(env_prefix="OCR_", env_nested_delimiter="__", extra="forbid")  # ty: ignore[incompatible-mutable-override]

    storage: StorageSettings = Field(default_factory=StorageSettings)
    run: RunSettings = Field(default_factory=RunSettings)
    checks: ChecksSettings = Field(default_factory=ChecksSettings)
    review: ReviewSettings = Field(default_factory=ReviewSettings)
    drift: DriftSettings = Field(default_factory=DriftSettings)
    events: EventsSettings = Field(default_factory=EventsSettings)
    alerts: AlertsSettings = Field(default_factory=AlertsSettings)
    experiment: ExperimentSettings = Field(default_factory=ExperimentSettings)
    bucket: BucketSettings = Field(default_factory=BucketSettings)
    requests: RequestsSettings = Field(default_factory=RequestsSettings)
    reprocess: ReprocessSettings = Field(default_factory=ReprocessSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        promoted = InitSettingsSource(settings_cls, json.loads(_promoted.get()))
        return init_settings, env_settings, promoted, TomlConfigSettingsSource(settings_cls, home() / FILE)

    @property
    def reading(self) -> ReadingSettings:
        reading = ReadingSettings(**{name: getattr(self, name) for name in ReadingSettings.model_fields})
        entities = self.entities.model_copy(update={"cache": self.entities.cache or str(home() / "entities")})
        return reading.model_copy(update={"entities": entities})

    @property
    def lake_url(self) -> str:
        return self.storage.lake or str(home() / "lake")

    @property
    def ledger_url(self) -> str:
        return self.storage.ledger or f"sqlite:///{home() / 'ledger.db'}"

    @property
    def corpus_path(self) -> Path:
        return Path(self.storage.corpus) if self.storage.corpus else home() / "corpus.duckdb"

    @property
    def inbox(self) -> Path:
        return Path(self.storage.inbox) if self.storage.inbox else home() / "inbox"

    @property
    def truth_folders(self) -> list[Path]:
        return [home() / "ground_truth", *map(Path, self.storage.ground_truth)]

    @property
    def workers(self) -> int:
        return self.run.workers or min(8, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)


def home() -> Path:
    """Where everything a run makes is kept: `OCR_HOME`, else `ocr_home` in the current folder."""
    return Path(os.environ.get("OCR_HOME") or "ocr_home").expanduser().resolve()


@lru_cache(maxsize=8)
def _load(file: Path, environment: tuple[tuple[str, str], ...], promoted: str) -> Settings:
    token = _promoted.set(promoted)
    try:
        # One that is no file would count as not there.
        if file.exists() and not file.is_file():
            raise SettingsError(f"{file}: not a file; settings are read from a file of this name")
        settings = Settings()
        if settings.records.types:
            from ocr.extraction.doctype import use_types

            use_types(settings.records.types)
        return settings
    except EngineError as error:
        source = "OCR_RECORDS__TYPES" if "OCR_RECORDS__TYPES" in os.environ else file
        raise SettingsError(f"{source}: {error}") from error
    except UnreadableVariable as error:
        raise SettingsError(f'{_unreadable()}: a list is wanted, as ["en", "de"]') from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file}: not valid TOML: {error}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{file}: not UTF-8 (byte {error.start}): save it as UTF-8") from error
    except ValidationError as error:
        raise SettingsError("; ".join(_explained(file, fault) for fault in error.errors())) from error
    finally:
        _promoted.reset(token)


def _unreadable() -> str:
    """The variables that hold no value of their setting's shape: lists are written as in JSON."""
    lists = [
        f"OCR_{section}__{name}".upper()
        for section, info in Settings.model_fields.items()
        for name, setting in getattr(info.annotation, "model_fields", {}).items()
        if get_origin(setting.annotation) is list
    ]
    return ", ".join(v for v in lists if v in os.environ and not os.environ[v].lstrip().startswith("[")) or "OCR_…"


def _explained(file: Path, fault: Mapping[str, Any]) -> str:
    where = ".".join(str(part) for part in fault["loc"])
    variable = f"OCR_{where.upper().replace('.', '__')}"
    section, name = (*fault["loc"], "", "")[:2]
    promoted = name in json.loads(_promoted.get()).get(section, {})
    source = variable if variable in os.environ else "a promoted variant" if promoted else str(file)
    what = (
        "there is no such setting" if fault["type"] == "extra_forbidden" else fault["msg"].removeprefix("Value error, ")
    )
    return f"{source}: {where}: {what}"


def load_settings() -> Settings:
    """The settings in force: defaults, under the file, under what was promoted, under the environment.

    What was promoted is asked of the ledger each time: another machine may have done it. Raises `SettingsError` naming
    the setting that does not fit.
    """
    from resources.ledger.in_force import promoted

    settings = settings_before_promotions()
    overrides = promoted(settings.ledger_url)
    return settings if overrides == NOTHING_PROMOTED else _load(home() / FILE, _environment(), overrides)


def settings_before_promotions() -> Settings:
    """The settings as they are without anything promoted: those that say where the ledger is."""
    return _load(home() / FILE, _environment(), NOTHING_PROMOTED)


def _environment() -> tuple[tuple[str, str], ...]:
    return tuple(sorted((k, v) for k, v in os.environ.items() if k.startswith("OCR_")))
