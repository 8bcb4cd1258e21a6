"""Places under a projective map, such as a page's way back to its source."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def mapped(matrix: np.ndarray | Sequence[float], points: np.ndarray) -> np.ndarray:
    """Where a 3×3 matrix (row-major where it is flat) sends the points (`N×2`)."""
    placed = np.column_stack([points, np.ones(len(points))]) @ np.asarray(matrix, dtype=float).reshape(3, 3).T
    return placed[:, :2] / placed[:, 2:]
