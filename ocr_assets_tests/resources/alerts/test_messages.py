from __future__ import annotations

from collections.abc import Iterator
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from ocr_assets_tests import mailbox
from resources.alerts import Alert, AlertError, raise_alert
from resources.ledger import Ledger, schema
from resources.settings import AlertsSettings

FAILED = Alert("run read_documents", "ocr-assets: a run failed", "text: no space left\nünd more")


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[mailbox.Webhook]:
    with mailbox.webhook() as hook:
        monkeypatch.setenv("HOOK_URL", hook.url)
        yield hook


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")


def settings(**more: object) -> AlertsSettings:
    return AlertsSettings.model_validate({"webhook_variable": "HOOK_URL", **more})


def test_one_of_many_failures_of_a_subject_is_told_and_the_next_says_how_many_were_not(
    ledger: Ledger, hook: mailbox.Webhook
) -> None:
    told = [raise_alert(FAILED, settings(), ledger) for _ in range(4)]
    assert told == [True, False, False, False]
    assert raise_alert(Alert("check x", "t", "x"), settings(), ledger)
    assert raise_alert(FAILED, settings(quiet_minutes=0), ledger)
    texts = [posted["text"] for posted in hook.posted]
    assert texts[0] == "*ocr-assets: a run failed*\ntext: no space left\nünd more"
    assert len(texts) == 3 and "3 more since" in texts[2]


def test_what_could_not_be_told_is_told_of_by_the_next_failure(ledger: Ledger, hook: mailbox.Webhook) -> None:
    hook.status = 500
    with pytest.raises(AlertError, match="answered 500"):
        raise_alert(FAILED, settings(), ledger)
    hook.status = 200
    assert raise_alert(FAILED, settings(), ledger)
    assert "1 more" in hook.posted[-1]["text"]


def test_an_address_is_a_secret_and_no_message_shows_it(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_URL", "http://127.0.0.1:9/T0/secret")
    with pytest.raises(AlertError, match="cannot be reached") as refused:
        raise_alert(FAILED, settings(), ledger)
    assert "secret" not in str(refused.value)
    monkeypatch.delenv("HOOK_URL")
    with pytest.raises(AlertError, match="HOOK_URL is not set"):
        raise_alert(FAILED, settings(), ledger)


def test_a_mail_goes_out_encrypted_and_logged_in(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = mailbox.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    monkeypatch.setenv("MAIL_PASSWORD", "secret")
    with mailbox.mail_server(certificate) as post:
        by_mail = AlertsSettings(
            email_to=["a@example.org", "b@example.org"],
            smtp_port=post.port,
            smtp_user="ocr",
            smtp_password_variable="MAIL_PASSWORD",
        )
        assert raise_alert(FAILED, by_mail, ledger)
    assert post.encrypted == [True] and post.logins[0] == (b"ocr", b"secret")
    mail = message_from_bytes(post.mails[0], policy=policy.default)
    assert (mail["Subject"], mail["To"]) == (FAILED.title, "a@example.org, b@example.org")
    assert "ünd more" in mail.get_content()


def test_a_server_without_encryption_gets_no_mail_unless_the_settings_say_so(ledger: Ledger) -> None:
    with mailbox.mail_server() as post:
        by_mail = AlertsSettings(email_to=["a@example.org"], smtp_host="127.0.0.1", smtp_port=post.port)
        with pytest.raises(AlertError, match="STARTTLS"):
            raise_alert(FAILED, by_mail, ledger)
        assert post.mails == []
        assert raise_alert(FAILED, by_mail.model_copy(update={"smtp_starttls": False}), ledger)
        assert len(post.mails) == 1


def test_one_way_that_fails_does_not_keep_the_other_from_telling(ledger: Ledger, hook: mailbox.Webhook) -> None:
    both = settings(email_to=["a@example.org"], smtp_host="127.0.0.1", smtp_port=9)
    with pytest.raises(AlertError, match="mail server 127"):
        raise_alert(FAILED, both, ledger)
    assert len(hook.posted) == 1
    assert not raise_alert(FAILED, both, ledger)


def test_where_the_ledger_is_what_failed_the_alert_goes_out_all_the_same(tmp_path: Path, hook: mailbox.Webhook) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    schema.alerts.drop(ledger.engine)
    assert raise_alert(FAILED, settings(), ledger)
    assert len(hook.posted) == 1
