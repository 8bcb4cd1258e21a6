from __future__ import annotations

from pathlib import Path

from ocr.assembly import STAGES
from resources.experiments.costs import Cost, costs
from resources.lake import Manifest
from resources.ledger import Ledger
from resources.variants.aside import Aside


def read(folder: Path, seconds: list[float], loads: tuple[int, ...] = ()) -> Aside:
    """Documents of two pages each that took so long at every stage; during those of `loads` a model was loaded."""
    aside = Aside(Ledger(f"sqlite:///{folder / 'ledger.db'}"), [f"d{number}" for number in range(len(seconds))])
    for number, took in enumerate(seconds):
        for stage in STAGES:
            loaded = int(number in loads and stage == "text")
            made = Manifest(f"d{number}", stage, "v", "in", "of", "out", took, loaded, "2026-01-01", pages=2)
            aside.manifests[made.document, stage] = made
    return aside


def of_stage(stage: str, champion: Aside, challenger: Aside) -> Cost:
    return next(cost for cost in costs(champion, challenger) if cost.stage == stage)


def test_a_first_document_that_pays_for_its_process_does_not_make_a_side_slow(tmp_path: Path) -> None:
    cost = of_stage("records", read(tmp_path, [2.0, 2.0, 2.0]), read(tmp_path, [128.0, 2.0, 2.0]))
    assert cost.seconds == (1.0, 1.0)


def test_documents_during_which_either_side_loaded_a_model_are_left_out_of_both_and_counted(tmp_path: Path) -> None:
    champion, challenger = read(tmp_path, [9.0, 2.0, 4.0], (0,)), read(tmp_path, [1.0, 1.0, 8.0], (2,))
    cost = of_stage("text", champion, challenger)
    assert (cost.seconds, cost.left_out, cost.model_loads) == ((1.0, 0.5), 2, (1, 1))
    assert of_stage("records", champion, challenger).left_out == 0


def test_where_every_document_loaded_a_model_there_is_no_time_to_compare(tmp_path: Path) -> None:
    cost = of_stage("text", read(tmp_path, [9.0], (0,)), read(tmp_path, [1.0]))
    assert (cost.seconds, cost.left_out) == ((None, None), 1)
