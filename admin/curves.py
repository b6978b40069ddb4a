"""Curves drawn by the server: points of an SVG for figures that stand in a table beside it."""

from __future__ import annotations

from collections.abc import Sequence

WIDTH, HEIGHT = 320, 320


def points_of(curve: Sequence[tuple[float, float]]) -> str:
    """Points from (0, 0) to (1, 1) as an SVG's `points`, the origin below on the left."""
    return " ".join(f"{x * WIDTH:.1f},{HEIGHT - y * HEIGHT:.1f}" for x, y in curve)


def line_of(values: Sequence[float | None], width: int, height: int) -> list[tuple[float, float]]:
    """Values from 0 to 1 as points from left to right; what is None is left out."""
    step = width / max(len(values) - 1, 1)
    return [
        (round(number * step, 1), round(height - value * height, 1))
        for number, value in enumerate(values)
        if value is not None
    ]
