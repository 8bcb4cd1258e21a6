"""An alert and the ways it takes: a Slack-compatible webhook and e-mail, of one subject no more than one in a while."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from email.message import EmailMessage

from sqlalchemy.exc import SQLAlchemyError

from resources.alerts.quiet import may_say, take_back
from resources.ledger import Ledger
from resources.settings import AlertsSettings

log = logging.getLogger(__name__)

TIMEOUT = 10.0  # seconds a server has for each of its answers
LONGEST = 3000  # characters of a message


class AlertError(Exception):
    """Somebody was to be told and could not be; the message names each way and what was wrong with it."""


@dataclass(frozen=True, slots=True)
class Alert:
    """`subject` is what is told of once in a while: the kind of failure and its job or check."""

    subject: str
    title: str
    text: str


def raise_alert(alert: Alert, settings: AlertsSettings, ledger: Ledger) -> bool:
    """Tell of it by every way that is set, unless its subject was told of a short while ago; returns whether it was.

    Raises `AlertError` where no way, or only some, led to anybody; where none did, the next failure is told of again.
    """
    unsaid = _unsaid(alert, settings, ledger)
    if unsaid is None:
        return False
    text = alert.text[:LONGEST] + (f"\n({unsaid} more since the last message)" if unsaid else "")
    ways = [*([_post] if settings.webhook_variable else []), *([_mail] if settings.email_to else [])]
    wrong: list[str] = []
    for way in ways:
        try:
            way(alert.title, text, settings)
        except AlertError as error:
            wrong.append(str(error))
    if len(wrong) == len(ways):
        take_back(ledger, alert.subject, unsaid)
    if wrong:
        raise AlertError("; ".join(wrong))
    return True


def _unsaid(alert: Alert, settings: AlertsSettings, ledger: Ledger) -> int | None:
    try:
        return may_say(ledger, alert.subject, settings.quiet_minutes * 60)
    except SQLAlchemyError:
        # The ledger may be what has failed: rather one message too many.
        log.exception("the ledger does not say when %s was told of", alert.subject)
        return 0


def _post(title: str, text: str, settings: AlertsSettings) -> None:
    import httpx

    url = _secret(settings.webhook_variable)
    try:
        httpx.post(url, json={"text": f"*{title}*\n{text}"}, timeout=TIMEOUT).raise_for_status()
    except httpx.HTTPStatusError as error:
        raise AlertError(f"the webhook answered {error.response.status_code}") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        # Its own words may hold the URL, which is a secret.
        raise AlertError(f"the webhook cannot be reached: {type(error).__name__}") from error


def _mail(title: str, text: str, settings: AlertsSettings) -> None:
    import smtplib
    import ssl

    message = EmailMessage()
    message["Subject"], message["From"] = " ".join(title.split()), settings.email_from
    message["To"] = ", ".join(settings.email_to)
    message.set_content(text)
    server = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT) as connection:
            if settings.smtp_starttls:
                connection.starttls(context=ssl.create_default_context())
            if settings.smtp_user:
                connection.login(settings.smtp_user, _secret(settings.smtp_password_variable))
            connection.send_message(message)
    except (OSError, smtplib.SMTPException) as error:
        raise AlertError(f"the mail server {server} did not take it: {type(error).__name__}: {error}") from error


def _secret(variable: str) -> str:
    value = os.environ.get(variable, "")
    if not value:
        raise AlertError(f"the environment variable {variable or '(none is named)'} is not set")
    return value
