from pathlib import Path

from resources.events.reference import page


def test_the_page_of_events_says_what_the_schemas_say() -> None:
    written = Path(__file__).parents[3] / "docs" / "events.md"
    assert written.read_text() == page(), "run `python -m resources.events docs/events.md`"
