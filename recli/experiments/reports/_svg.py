"""The few shapes that plots are made of, as SVG.

Plots are drawn for a phone, `WIDTH` units across, and grow with the page; colours are classes that
the page's style sheet fills in for light and dark.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH = 380.0
N_COLOURS = 6
_LETTER = 5.9  # units, of the type that plots are set in: the widest usual letters


@dataclass(frozen=True)
class Axis:
    """From numbers to places: `low` to `start`, `high` to `end`.

    Attributes:
        low: the least value
        high: the largest value
        start: where the axis begins in the drawing
        end: where the axis ends in the drawing
        log: whether the axis is logarithmic
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    @classmethod
    def around(cls, values: Iterable[float], start: float, end: float, log: bool = False) -> Axis:
        """The scale that holds all of `values`, with a little air.

        Args:
            values: what the axis has to hold
            start: where the axis begins in the drawing
            end: where the axis ends in the drawing
            log: whether the axis is logarithmic

        >>> Axis.around([1.0, 3.0], 0.0, 100.0)(2.0)
        50.0
        """
        found = [math.log10(v) if log else v for v in values]
        low, high = min(found), max(found)
        air = 0.06 * (high - low) or 0.05 * abs(high) or 0.5
        return cls(low - air, high + air, start, end, log)

    def __call__(self, value: float) -> float:
        number = math.log10(value) if self.log else value
        share = (number - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """Two to six round numbers that lie on the scale.

        >>> Axis(0.0, 1.0, 0.0, 100.0).ticks
        [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
        """
        if self.log:
            found = [
                digit * 10.0**power
                for power in range(math.floor(self.low), math.ceil(self.high) + 1)
                for digit in ((1, 3) if self.high - self.low < 3 else (1,))
            ]
            inside = [tick for tick in found if self.low <= math.log10(tick) <= self.high]
            if len(inside) > 1:
                return inside
            return [10**self.low, 10**self.high]
        span = self.high - self.low
        power = 10.0 ** math.floor(math.log10(span / 4))
        step = next(power * m for m in (1, 2, 2.5, 5, 10) if span / (power * m) <= 5.5)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(n * step, 12) + 0.0 for n in range(first, last + 1)]


def svg(height: float, label: str, parts: Iterable[str]) -> str:
    """A drawing of `WIDTH` × `height`; `label` is what a screen reader says.

    Args:
        height: in units of the drawing
        label: how it is shown
        parts: elements of SVG
    """
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {height:.0f}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )


def group(parts: Iterable[str], tooltip: str = "", classes: str = "") -> str:
    """Parts that belong together, and what is shown when one points at them.

    Args:
        parts: elements of SVG
        tooltip: what is shown over it
        classes: classes of CSS, separated by spaces
    """
    title = f"<title>{escape(tooltip)}</title>" if tooltip else ""
    return f'<g class="{classes}">{title}{"".join(parts)}</g>'


def text(x: float, y: float, said: str, classes: str = "", anchor: str = "start") -> str:
    """Text that begins, ends or has its middle at `x`.

    Args:
        x: from the left, in units of the drawing
        y: from the top, in units of the drawing
        said: the text
        classes: classes of CSS, separated by spaces
        anchor: `start`, `middle` or `end`
    """
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{classes}">'
        f"{escape(said)}</text>"
    )


def shortened(said: str, width: float) -> str:
    """`said` so that it fits into `width` units, its middle left out.

    Args:
        said: the text
        width: in units of the drawing

    >>> shortened("svd (n_factors=100, reg_all=0.02)", 120)
    'svd (n_fac…all=0.02)'
    """
    letters = max(3, int(width / _LETTER))
    if len(said) <= letters:
        return said
    return f"{said[: letters // 2]}…{said[len(said) - (letters - 1) // 2 :]}"


def line(points: Sequence[tuple[float, float]], classes: str) -> str:
    """A line through `points`.

    Args:
        points: x and y of each, in units of the drawing
        classes: classes of CSS, separated by spaces
    """
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" class="line {classes}"/>'


def area(points: Sequence[tuple[float, float]], classes: str) -> str:
    """The area that `points` enclose.

    Args:
        points: x and y of each, in units of the drawing
        classes: classes of CSS, separated by spaces
    """
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polygon points="{path}" class="{classes}"/>'


def rect(x: float, y: float, width: float, height: float, classes: str, style: str = "") -> str:
    """A rectangle from its upper left corner.

    Args:
        x: from the left, in units of the drawing
        y: from the top, in units of the drawing
        width: in units of the drawing
        height: in units of the drawing
        classes: classes of CSS, separated by spaces
        style: declarations of CSS
    """
    styled = f' style="{style}"' if style else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
        f'class="{classes}"{styled}/>'
    )


def colour(entry: int) -> str:
    """The class of an algorithm's colour; with `mark` no two of the first twelve look alike.

    Args:
        entry: the place in the line-up, from 0 on
    """
    return f"c{entry % N_COLOURS}"


def mark(entry: int, x: float, y: float, size: float = 4.5) -> str:
    """An algorithm's point: its shape and colour, the same in every plot.

    Args:
        entry: the place in the line-up, from 0 on
        x: from the left, in units of the drawing
        y: from the top, in units of the drawing
        size: in units of the drawing
    """
    shape, s = entry % 4, size
    if shape == 0:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{s:g}" class="mark {colour(entry)}"/>'
    corners = {
        1: [(-s, -s), (s, -s), (s, s), (-s, s)],
        2: [(0, -1.3 * s), (1.2 * s, s), (-1.2 * s, s)],
        3: [(0, -1.4 * s), (1.4 * s, 0), (0, 1.4 * s), (-1.4 * s, 0)],
    }[shape]
    return area([(x + dx, y + dy) for dx, dy in corners], f"mark {colour(entry)}")


def x_axis(scale: Axis, y: float, top: float, name: str) -> str:
    """Ticks with grid lines up to `top`, numbers below `y`, and what they are.

    Args:
        scale: from values to places in the drawing
        y: from the top, in units of the drawing
        top: where the plot begins from above, in units of the drawing
        name: the name
    """
    middle = (scale.start + scale.end) / 2
    parts = [line([(scale(t), top), (scale(t), y)], "grid") for t in scale.ticks]
    parts += [text(scale(t), y + 13, f"{t:g}", "tick", "middle") for t in scale.ticks]
    return group([*parts, text(middle, y + 29, name, "axis", "middle")])


def y_axis(scale: Axis, x: float, right: float, name: str) -> str:
    """Ticks with grid lines up to `right`, numbers left of `x`, and above it what they are.

    Args:
        scale: from values to places in the drawing
        x: from the left, in units of the drawing
        right: where the plot ends, in units of the drawing
        name: the name
    """
    parts = [line([(x, scale(t)), (right, scale(t))], "grid") for t in scale.ticks]
    parts += [text(x - 5, scale(t) + 4, f"{t:g}", "tick", "end") for t in scale.ticks]
    return group([*parts, text(2, 11, name, "axis")])


def spread_out(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """`places` moved as little as needs be, so that none are nearer than `gap`, in their order.

    They stay between `low` and `high` where there is room for all.

    Args:
        places: where the labels should stand
        gap: how far apart they are at least
        low: the least value
        high: the largest value

    >>> spread_out([10.0, 11.0, 50.0], 10.0, 0.0, 60.0)
    [10.0, 20.0, 50.0]
    """
    order = sorted(range(len(places)), key=lambda index: places[index])
    found = [0.0] * len(places)
    above = low - gap
    for index in order:
        above = found[index] = max(places[index], above + gap)
    below = high + gap
    for index in reversed(order):
        below = found[index] = min(found[index], below - gap)
    return found
