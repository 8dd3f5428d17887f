"""Small line charts as inline SVG. Colours and dashes come from the page's style sheet, by class."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np

from gan.data.runs import Floats

LEFT, RIGHT, TOP, BOTTOM = 52.0, 8.0, 20.0, 34.0
MAX_POINTS = 400


@dataclass
class Chart:
    """A chart with its axes. title and summary are read out by screen readers; marks are drawn in order.

    x_names: what stands at which places of the x axis, instead of round numbers.
    """

    title: str
    summary: str
    x: tuple[float, float]
    y: tuple[float, float]
    x_label: str = ""
    y_label: str = ""
    width: float = 360.0
    height: float = 200.0
    x_names: Sequence[tuple[float, str]] | None = None
    marks: list[str] = field(default_factory=list)

    def line(self, xs: Floats, ys: Floats, style: str) -> None:
        """A line through points (N,), thinned to MAX_POINTS."""
        keep = np.unique(np.linspace(0, len(xs) - 1, min(len(xs), MAX_POINTS)).astype(np.int64))
        points = " ".join(f"{self._px(a):.1f},{self._py(b):.1f}" for a, b in zip(xs[keep], ys[keep], strict=True))
        self.marks.append(f'<polyline class="line {style}" points="{points}"/>')

    def steps(self, edges: Floats, heights: Floats, style: str) -> None:
        """The outline of a histogram: edges (B+1,), heights (B,)."""
        self.line(np.repeat(edges, 2)[1:-1], np.repeat(heights, 2), style)

    def bar(self, at: float, width: float, height: float, style: str) -> None:
        """A bar from 0 up."""
        top, bottom = self._py(height), self._py(0)
        self.marks.append(
            f'<rect class="bar {style}" x="{self._px(at):.1f}" y="{top:.1f}" '
            f'width="{self._px(at + width) - self._px(at):.1f}" height="{max(bottom - top, 0):.1f}"/>'
        )

    def level(self, y: float, label: str, style: str) -> None:
        """A horizontal line with its label, if it lies within the chart."""
        if self.y[0] <= y <= self.y[1]:
            at = self._py(y)
            self.marks.append(
                f'<line class="line {style}" x1="{LEFT}" x2="{self.width - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
                f'<text class="{style}" x="{self.width - RIGHT - 2}" y="{at - 3:.1f}" text-anchor="end">'
                f"{escape(label)}</text>"
            )

    def svg(self) -> str:
        """The chart as SVG text."""
        return (
            f'<svg role="img" aria-label="{escape(self.title)}. {escape(self.summary)}" '
            f'viewBox="0 0 {self.width:g} {self.height:g}">'
            f'<text class="title" x="{LEFT}" y="12">{escape(self.title)}</text>'
            f"{''.join(self._axes())}{''.join(self.marks)}</svg>"
        )

    def _axes(self) -> Iterable[str]:
        floor = self.height - BOTTOM
        for tick, name in self.x_names or [(tick, f"{tick:g}") for tick in ticks(*self.x)]:
            yield f'<text x="{self._px(tick):.1f}" y="{floor + 13}" text-anchor="middle">{escape(name)}</text>'
        for tick in ticks(*self.y, 4):
            at = self._py(tick)
            yield f'<line class="grid" x1="{LEFT}" x2="{self.width - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
            yield f'<text x="{LEFT - 5}" y="{at + 3.5:.1f}" text-anchor="end">{tick:g}</text>'
        middle = (LEFT + self.width - RIGHT) / 2
        yield f'<text x="{middle}" y="{self.height - 5}" text-anchor="middle">{escape(self.x_label)}</text>'
        half = (TOP + floor) / 2
        yield f'<text transform="translate(11 {half}) rotate(-90)" text-anchor="middle">{escape(self.y_label)}</text>'

    def _px(self, x: float) -> float:
        return LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (self.width - LEFT - RIGHT)

    def _py(self, y: float) -> float:
        return self.height - BOTTOM - (y - self.y[0]) / (self.y[1] - self.y[0]) * (self.height - TOP - BOTTOM)


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Round numbers within a range."""
    rough = (high - low) / most
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= rough * 0.999)
    first = np.ceil(low / step - 1e-9)
    return [round(float(at * step), 10) + 0.0 for at in np.arange(first, high / step + 1e-9)]


def span(values: Sequence[Floats], also: Iterable[float] = ()) -> tuple[float, float]:
    """A range that holds all values and whatever else is shown, with some room."""
    low = min(min(float(v.min()) for v in values), *also, np.inf)
    high = max(max(float(v.max()) for v in values), *also, -np.inf)
    room = 0.04 * (high - low) or max(abs(high), 1.0) * 0.05
    return low - room, high + room
