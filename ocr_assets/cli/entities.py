"""The commands `entities …`: about the language model that finds fields."""

from __future__ import annotations

import typer
from rich.markup import escape

from ocr_assets.cli.app import USAGE, console, fail, say_json
from resources.settings import load_settings

entities = typer.Typer(help="The language model that finds fields beside the rules ([entities] of the settings).")


def register(app: typer.Typer) -> None:
    app.add_typer(entities, name="entities")


@entities.callback()
def _group() -> None:
    """Without it Typer would make the one command the group."""


@entities.command("test")
def test(as_json: bool = typer.Option(False, "--json", help="Print the outcome as JSON.")) -> None:
    """Send the server one short request: which model answers, how fast, at what cost."""
    from ocr.assembly import Engines
    from ocr.errors import EngineError

    settings = load_settings()
    try:
        engine = Engines(settings.reading).entities
        if engine is None:
            fail("no server is set: set base_url and model in [entities]", code=USAGE)
        probe = engine.probe()
    except EngineError as error:
        fail(str(error))
    if as_json:
        say_json(
            {
                "model": probe.model,
                "seconds": round(probe.seconds, 3),
                "tokens_in": probe.tokens_in,
                "tokens_out": probe.tokens_out,
                "cost": probe.cost,
                "answers": probe.form,
            }
        )
        return
    console.print(f"{escape(f'{probe.model} at {settings.entities.base_url}')} answers in {probe.seconds:.2f} s")
    console.print(f"{probe.tokens_in} + {probe.tokens_out} tokens, cost {probe.cost:.6f}")
    console.print(f"form of answers: {probe.form}")
