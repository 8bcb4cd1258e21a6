"""What the documents say of the command is so, and what it says of settings is shown as it is written."""

from __future__ import annotations

import ast
import re
import shlex
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.core import TyperGroup
from typer.testing import CliRunner

from ocr_assets.cli import app
from ocr_assets.cli.app import explain
from resources.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = typer.main.get_command(app)


def printed() -> list[str]:
    """Commands of the documents that stand on a line of their own, without what is said beside them."""
    lines = [line for page in PAGES for line in page.read_text().splitlines()]
    shown = [re.search(r"(?:^ {4,}|uv run )ocr-assets (\w.*)", line) for line in lines if "`" not in line]
    return [re.split(r" {2,}| +#", found[1])[0] for found in shown if found]


def mentioned() -> list[str]:
    """Commands in the middle of a sentence, which may leave away what they need."""
    return [found for page in PAGES for found in re.findall(r"`(?:uv run )?ocr-assets ([^`\n]+)`", page.read_text())]


def parse(line: str, *, lenient: bool = False) -> Any:
    """The innermost command of a line, in its context. Raises where there is none of that name, and, unless `lenient`,
    where its options or arguments do not fit."""
    context = COMMAND.make_context("ocr-assets", shlex.split(line))
    while isinstance(context.command, TyperGroup):
        rest = [*context._protected_args, *context.args]
        if not rest:
            break
        name, found, rest = context.command.resolve_command(context, rest)
        assert found is not None
        context = found.make_context(name, rest, parent=context, resilient_parsing=lenient)
    return context


@pytest.mark.parametrize("line", sorted(set(printed())))
def test_a_command_that_is_shown_can_be_typed(line: str) -> None:
    parse(line)


@pytest.mark.parametrize("line", sorted(set(mentioned())))
def test_a_command_that_is_mentioned_is_there_with_its_options(line: str) -> None:
    context = parse(line, lenient=True)
    known = {option for of in (COMMAND, context.command) for each in of.params for option in each.opts}
    assert known >= {word for word in shlex.split(line) if word.startswith("--")}


def test_names_of_sections_are_not_taken_for_colours() -> None:
    """Rich leaves out what it takes for markup: `[run] workers` would be shown as ` workers`."""
    section = re.compile(rf"\[({'|'.join(Settings.model_fields)})\]")
    for file in (ROOT / "ocr_assets" / "cli").glob("*.py"):
        for call in ast.walk(ast.parse(file.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "print":
                assert not [text for text in _unescaped(call) if section.search(text)], f"{file}:{call.lineno}"


def _unescaped(node: ast.AST) -> Iterator[str]:
    """The literal text below a node, but for that in calls of `escape`."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "escape"):
        for child in ast.iter_child_nodes(node):
            yield from _unescaped(child)


def test_reprocess_names_the_section_that_sets_its_clock(home: Path) -> None:
    assert "[reprocess] cron" in CliRunner().invoke(app, ["reprocess"]).output


def test_a_port_that_is_none_is_refused(home: Path) -> None:
    done = CliRunner().invoke(app, ["ui", "--port", "99999"])
    assert (done.exit_code, "99999" in done.output) == (2, True)


def test_a_port_that_is_taken_is_refused_before_anything_starts(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = CliRunner().invoke(app, ["ui", "--port", str(port)])
    assert (done.exit_code, f"port {port}" in done.output) == (2, True)
    assert not (home / "dagster").exists()


@pytest.mark.parametrize("command", [["status"], ["run"], ["rebuild"], ["experiment", "rollback", "--reason", "x"]])
def test_a_damaged_ledger_is_told_with_what_to_do(
    home: Path, command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "ledger.db").write_bytes(b"no database " * 1000)
    error = CliRunner().invoke(app, command).exception
    assert isinstance(error, Exception)
    assert explain(error) == 1
    said = capsys.readouterr().err
    assert "ledger.db away" in said and "`ocr-assets rebuild`" in said
