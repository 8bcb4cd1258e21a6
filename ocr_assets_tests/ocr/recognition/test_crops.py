import cv2
import numpy as np

from ocr.recognition.crops import cut, reading_quads


def box(x0, y0, x1, y1):
    return [[x0, y0], [x1, y0], [x1, y1], [x0, y1]]


def test_an_upright_box_is_cut_as_it_is():
    image = np.random.default_rng(0).integers(0, 255, (60, 120, 3), dtype=np.uint8)

    (crop,) = cut(image, np.array([box(20, 10, 100, 40)], float))

    assert crop.shape == (30, 80, 3)
    assert np.abs(crop.astype(int) - image[10:40, 20:100]).max() <= 1


def test_a_slanted_line_is_cut_straight():
    image = np.full((200, 300), 255, np.uint8)
    corners = cv2.boxPoints(((150, 100), (200, 30), 10)).astype(int)
    cv2.fillPoly(image, [corners], 0)
    left, right = sorted(corners[:2].tolist() + corners[2:].tolist())[:2], sorted(corners.tolist())[2:]
    (tl, bl), (tr, br) = sorted(left, key=lambda p: p[1]), sorted(right, key=lambda p: p[1])

    (crop,) = cut(image, np.array([[tl, tr, br, bl]], float))

    assert abs(crop.shape[1] - 200) <= 2 and abs(crop.shape[0] - 30) <= 2
    assert crop[3:-3, 3:-3].max() == 0


def test_a_tall_box_among_lines_is_vertical_text_read_upwards():
    lines = [box(100, y, 400, y + 20) for y in range(0, 200, 40)]
    margin = box(10, 0, 30, 200)

    quads = reading_quads(np.array([*lines, margin], float))

    assert quads[-1].tolist() == [[10, 200], [10, 0], [30, 0], [30, 200]]
    assert np.array_equal(quads[:-1], np.array(lines, float))


def test_a_lone_narrow_character_is_not_turned():
    quads = np.array([*[box(100, y, 400, y + 20) for y in range(0, 200, 40)], box(10, 0, 20, 20)], float)

    assert np.array_equal(reading_quads(quads), quads)


def test_a_page_without_text_has_no_crops():
    assert cut(np.zeros((50, 50, 3), np.uint8), reading_quads(np.zeros((0, 4, 2)))) == []
