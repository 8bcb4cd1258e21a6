"""Tells people when something fails: a webhook, e-mail, and how often."""

from resources.alerts.messages import Alert, AlertError, raise_alert

__all__ = ["Alert", "AlertError", "raise_alert"]
