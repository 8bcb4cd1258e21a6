"""The sensor that sends what waits in the outbox."""

import dagster as dg

from resources.events.sender import EventsError, connect, send
from resources.ledger.outbox import ready
from resources.settings import Settings
from resources.stores import LedgerResource

SECONDS_A_TICK = 25.0  # with one more PutEvents that does not answer it ends well within Dagster's 60 s


def outbox_sensors(settings: Settings) -> list[dg.SensorDefinition]:
    """The sensor `send_events`, where a bus is set."""
    buses, source = settings.events.buses, settings.events.source
    if not buses:
        return []

    @dg.sensor(
        name="send_events",
        minimum_interval_seconds=5,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=f"Sends events about documents and models to {', '.join(buses.values())}.",
    )
    def sense(ledger: LedgerResource) -> dg.SkipReason:
        held = ledger.open()
        with held.engine.connect() as connection:
            if not ready(connection, list(buses), 1):
                return dg.SkipReason("nothing waits")
        done = send(held, connect(buses), buses, source, SECONDS_A_TICK)
        if done.busy:
            return dg.SkipReason("another sender is at work")
        if done.failed and not done.sent:
            raise EventsError(f"{done.failed} events were not taken and wait: {done.error}")
        return dg.SkipReason(f"{done.sent} sent, {done.failed} put off, {done.refused} too large")

    return [sense]
