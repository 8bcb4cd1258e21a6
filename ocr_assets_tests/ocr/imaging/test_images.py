from pathlib import Path

import cv2
import numpy as np
import pytest
from upath import UPath

from ocr.imaging.images import PageImages, thumbnail
from ocr_assets_tests.ocr.opening.made import text_image

PAGE = text_image(620, 877, size=14)
GRAIN = cv2.GaussianBlur(np.random.default_rng(0).normal(0, 40, PAGE.shape), (0, 0), 1.2)
PHOTO = cv2.GaussianBlur(PAGE * 0.7 + 40 + GRAIN, (0, 0), 0.8).clip(0, 255).astype(np.uint8)
RED = np.dstack([PAGE, PAGE // 2, PAGE // 2])


@pytest.mark.parametrize("image", [PAGE, RED], ids=["grey", "colour"])
def test_a_clean_page_comes_back_as_it_was(tmp_path: Path, image: np.ndarray) -> None:
    images = PageImages(tmp_path / "pages")
    images.put(3, image)
    assert images.path(3).name == "page-0003.png"
    assert np.array_equal(PageImages(tmp_path / "pages").get(3), image)


def test_a_photograph_is_stored_small_and_nearly_as_it_was(tmp_path: Path) -> None:
    images = PageImages(tmp_path)
    images.put(1, PHOTO)
    assert images.path(1).suffix == ".jpg"
    assert np.abs(images.get(1).astype(int) - PHOTO).mean() < 4


def test_an_image_put_again_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    images = PageImages(tmp_path)
    images.put(1, PHOTO)
    images.put(1, PAGE)
    assert [p.name for p in tmp_path.iterdir()] == ["page-0001.png"]
    assert np.array_equal(images.get(1), PAGE)


def test_a_page_that_is_not_there_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        PageImages(tmp_path).get(1)


def test_images_lie_in_any_folder_that_behaves_like_a_path() -> None:
    folder = UPath("memory://page-images-test/pages")
    PageImages(folder).put(2, PAGE)
    assert np.array_equal(PageImages(folder).get(2), PAGE)


def test_the_callers_own_writer_is_used(tmp_path: Path) -> None:
    written: dict[str, bytes] = {}
    PageImages(tmp_path, lambda path, data: written.update({path.name: data})).put(1, PAGE)
    assert list(written) == ["page-0001.png"]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("image", [PAGE, PHOTO, RED, PAGE[:1, :1], PAGE[:5], np.tile(PHOTO, (3, 3))])
@pytest.mark.parametrize("most", [3_000, 20_000])
def test_a_thumbnail_is_a_jpeg_within_its_limit(image: np.ndarray, most: int) -> None:
    data = thumbnail(image, most)
    assert len(data) <= most
    small = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert small is not None
    assert max(small.shape[:2]) <= 560
