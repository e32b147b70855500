"""Log-log curves side by side as one small SVG, legible on light and on dark ground."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from xml.sax.saxutils import escape

WIDTH: Final = 440  # of a panel, in px
HEIGHT: Final = 380
LEFT, RIGHT, TOP, BOTTOM = 64, 20, 70, 110  # room around the curves

# Each pair was looked at on its own ground: first on light, then on dark. The dashes tell the
# curves apart for whoever does not see colours.
COLOURS: Final = (
    ("#1f5fa8", "#7fb4f0"), ("#a8431f", "#f0a07f"), ("#2e7d4f", "#7fd0a0"), ("#777777", "#a5a5a5"),
)  # fmt: skip
DASHES: Final = ("", "8 3", "2 3", "10 4 2 4")

_STYLE: Final = """
.ground{{fill:#ffffff}}.ink{{fill:#222222}}.faint{{stroke:#dddddd}}.axis{{stroke:#777777}}
text{{font-family:sans-serif;font-size:12px}}.title{{font-size:15px;font-weight:600}}
{light}
@media (prefers-color-scheme:dark){{
.ground{{fill:#1b1b1d}}.ink{{fill:#e6e6e6}}.faint{{stroke:#3a3a3d}}.axis{{stroke:#9a9a9a}}
{dark}
}}"""


@dataclass(frozen=True, slots=True)
class Curve:
    """A name and its points (x, y), all above 0."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """Curves over the same two axes."""

    up: str
    along: str
    curves: Sequence[Curve]


def picture(title: str, panels: Sequence[Panel]) -> str:
    """The whole SVG."""
    width = WIDTH * len(panels)
    light, dark = (
        "".join(f".c{n}{{stroke:{pair[shade]}}}" for n, pair in enumerate(COLOURS))
        for shade in (0, 1)
    )
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}" '
            f'width="{width}" height="{HEIGHT}" role="img" aria-label="{escape(title)}">'
        ),
        f"<style>{_STYLE.format(light=light, dark=dark)}\n</style>",
        f'<rect class="ground" width="{width}" height="{HEIGHT}" rx="6"/>',
        f'<text class="ink title" x="{LEFT}" y="28">{escape(title)}</text>',
    ]
    for number, panel in enumerate(panels):
        parts.append(f'<g transform="translate({number * WIDTH} 0)">')
        parts += _panel(panel)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel) -> list[str]:
    xs = [x for curve in panel.curves for x, _ in curve.points]
    ys = [y for curve in panel.curves for _, y in curve.points]
    across = _decades(xs)
    upward = _decades(ys)

    def place(x: float, y: float) -> tuple[float, float]:
        right = (math.log10(x) - across[0]) / (across[1] - across[0])
        up = (math.log10(y) - upward[0]) / (upward[1] - upward[0])
        return (
            LEFT + right * (WIDTH - LEFT - RIGHT),
            HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM),
        )

    parts = [f'<text class="ink" x="{LEFT}" y="{TOP - 14}">{escape(panel.up)}</text>']
    for power in range(across[0], across[1] + 1):
        x, floor = place(10.0**power, 10.0 ** upward[0])
        parts += [
            f'<line class="faint" x1="{x:.1f}" y1="{floor:.1f}" x2="{x:.1f}" y2="{TOP}"/>',
            (
                f'<text class="ink" x="{x:.1f}" y="{floor + 18:.1f}" text-anchor="middle">'
                f"{_power(power)}</text>"
            ),
        ]
    for power in range(upward[0], upward[1] + 1):
        x, y = place(10.0 ** across[0], 10.0**power)
        parts += [
            f'<line class="faint" x1="{x:.1f}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>',
            (
                f'<text class="ink" x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">'
                f"{_power(power)}</text>"
            ),
        ]
    left, floor = place(10.0 ** across[0], 10.0 ** upward[0])
    parts += [
        f'<path class="axis" fill="none" d="M{left:.1f} {TOP}V{floor:.1f}H{WIDTH - RIGHT}"/>',
        (
            f'<text class="ink" x="{(left + WIDTH - RIGHT) / 2:.1f}" y="{floor + 38:.1f}" '
            f'text-anchor="middle">{escape(panel.along)}</text>'
        ),
    ]
    for number, curve in enumerate(panel.curves):
        path = "L".join("{:.1f} {:.1f}".format(*place(*point)) for point in curve.points)
        look = f'class="c{number}" fill="none" stroke-width="2" stroke-dasharray="{DASHES[number]}"'
        x, y = left + number % 2 * 170, floor + 62 + number // 2 * 20
        parts += [
            f'<path {look} d="M{path}"/>',
            f'<path {look} d="M{x:.1f} {y - 4:.1f}h30"/>',
            f'<text class="ink" x="{x + 38:.1f}" y="{y:.1f}">{escape(curve.name)}</text>',
        ]
    return parts


def _decades(values: Sequence[float]) -> tuple[int, int]:
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return low, max(high, low + 1)


def _power(power: int) -> str:
    thousands = ((6, "M"), (3, "k"))
    for zeros, name in thousands:
        if power >= zeros:
            return f"{10 ** (power - zeros)} {name}"
    return f"{10.0**power:g}"
