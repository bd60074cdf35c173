"""Compact number formats for narrow columns."""

import math

_NBSP = "\u00a0"


def compact(value: float) -> str:
    """Format with about three digits: `0.63`, `−8.37`, `152.4`, `1.2e5`, `NaN`, `∞`."""
    if math.isnan(value):
        return "NaN"
    sign, size = ("−" if value < 0 else ""), abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    if size and not 0.005 <= size < 99_999.5:
        mantissa, exponent = f"{size:.1e}".split("e")
        return f"{sign}{mantissa}e{int(exponent)}"
    text = f"{size:.2f}" if size < 99.995 else f"{size:.1f}" if size < 999.95 else f"{size:.0f}"
    return ("" if float(text) == 0 else sign) + text


def milliseconds(value: float) -> str:
    """Format a duration: `0.42 ms`, `14.6 ms`, `1.20 s`."""
    if value >= 999.5:
        return f"{value / 1000:.2f} s"
    return f"{value:.2f} ms" if value < 9.995 else f"{value:.1f} ms"


def size_of(count: int) -> str:
    """Format bytes: `812 MB`, `3.4 GB`, in powers of 1024 as system monitors do."""
    if count >= 1000 * 2**20:
        return f"{count / 2**30:.1f} GB"
    return f"{count / 2**20:.0f} MB"


def kimg_text(kimg: float) -> str:
    """Format training progress in thousands of images: `0`, `940`, `1 240`, `0.4`."""
    return f"{kimg:,.0f}".replace(",", _NBSP) if kimg == round(kimg) else f"{kimg:,.1f}".replace(",", _NBSP)


def duration(seconds: float) -> str:
    """Format a duration: `40 s`, `1 min 50 s`, `2 h 05 min`, `1 d 19 h`, `12 d`."""
    if not math.isfinite(seconds):
        return "–"
    s = max(0, round(seconds))
    if s < 60:
        return f"{s}{_NBSP}s"
    if s < 3600:
        return f"{s // 60}{_NBSP}min {s % 60:02}{_NBSP}s"
    if s < 86_400:
        return f"{s // 3600}{_NBSP}h {s % 3600 // 60:02}{_NBSP}min"
    days, hours = divmod(round(s / 3600), 24)
    return f"{days}{_NBSP}d {hours}{_NBSP}h" if days < 10 else f"{days}{_NBSP}d"
