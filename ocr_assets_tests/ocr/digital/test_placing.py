import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ocr.digital.placing import to_upright
from ocr.documents import Page


@given(
    st.sampled_from([0, 90, 180, 270]),
    st.floats(min_value=1, max_value=4),
    st.tuples(st.floats(0, 400), st.floats(0, 400), st.floats(1, 150), st.floats(1, 150)),
)
def test_a_box_of_the_upright_page_comes_back_from_the_source(turned: int, scale: float, at) -> None:
    """Upright pixels are sent to source points by the page's transform; `to_upright` is its inverse."""
    angle = np.deg2rad(turned)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) / scale
    page = Page(1, 1000, 1000, 72 * scale, 600, 600, transform=[*turn[0], 30.0, *turn[1], 20.0, 0, 0, 1])
    x, y, width, height = at
    corners = np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)]) @ turn.T + (30.0, 20.0)
    source = (*corners.min(axis=0), *corners.max(axis=0))
    back = to_upright(page, source)
    assert back is not None
    assert np.allclose(back, (x, y, x + width, y + height), atol=1e-6)


def test_a_box_off_the_page_is_nowhere() -> None:
    page = Page(1, 100, 100, 72, 100, 100)
    assert to_upright(page, (120, 10, 140, 20)) is None
    assert to_upright(page, (90, 10, 140, 20)) == (90, 10, 100, 20)
