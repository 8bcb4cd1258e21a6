from pathlib import Path

import numpy as np
import pytest

from ocr.assembly import Engines
from ocr.errors import EngineError
from ocr.layout.heron import WEIGHTS, HeronLayoutDetector
from ocr.settings import EngineSettings, ReadingSettings, RegionsSettings

PAGE = np.full((400, 300, 3), 255, np.uint8)


@pytest.fixture(scope="module")
def artifacts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of heron's kind, tiny and untrained, stored as Docling stores the real one."""
    from transformers import ResNetConfig, RTDetrImageProcessor, RTDetrV2Config, RTDetrV2ForObjectDetection

    folder = tmp_path_factory.mktemp("artifacts")
    backbone = ResNetConfig(embedding_size=8, hidden_sizes=[8, 8, 16, 16], depths=[1, 1, 1, 1])
    backbone.out_features = ["stage2", "stage3", "stage4"]
    config = RTDetrV2Config(
        backbone_config=backbone,
        encoder_in_channels=[8, 16, 16],
        encoder_hidden_dim=16,
        d_model=16,
        decoder_in_channels=[16, 16, 16],
        encoder_ffn_dim=16,
        decoder_ffn_dim=16,
        decoder_layers=2,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        num_queries=5,
        id2label={0: "Text", 1: "Picture"},
        label2id={"Text": 0, "Picture": 1},
    )
    home = (folder / WEIGHTS).parent
    RTDetrV2ForObjectDetection(config).save_pretrained(home)
    RTDetrImageProcessor(size={"height": 64, "width": 64}).save_pretrained(home)
    return folder


def test_a_network_in_doclings_folder_is_loaded_and_answers_with_our_kinds(artifacts: Path) -> None:
    settings = RegionsSettings(layout="heron", docling_artifacts=str(artifacts), min_score=0.0)
    engines = Engines(ReadingSettings(regions=settings))
    none = [np.zeros((0, 4, 2))] * 2
    first, second = engines.layout.detect([PAGE, PAGE[:, :, 0]], none)
    assert {box.kind for box in first} <= {"text", "figure"}
    assert first
    assert [b.x0 for b in first] == pytest.approx([b.x0 for b in second])
    assert engines.layout.name in engines.layout.fingerprint


def test_absent_weights_are_an_error_that_says_how_to_get_them(tmp_path: Path) -> None:
    detector = HeronLayoutDetector(RegionsSettings(docling_artifacts=str(tmp_path)), EngineSettings())
    with pytest.raises(EngineError, match="docling-tools models download"):
        detector.detect([PAGE])
    with pytest.raises(EngineError, match="docling_artifacts"):
        HeronLayoutDetector(RegionsSettings(), EngineSettings()).fingerprint  # noqa: B018
