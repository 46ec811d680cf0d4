# SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
"""Figures: medians and their spread, ratios, and tables of them.

A figure that is not known is None, everywhere; in a table it is "-".
"""
import statistics


def known(values):
    return [value for value in values if value is not None]


def median(values):
    values = known(values)
    return statistics.median(values) if values else None


def spread(values):
    """{"median", "min", "max"} of what is known, or None."""
    values = known(values)
    if not values:
        return None
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def ratio(part, whole):
    if part is None or not whole:
        return None
    return part / whole


def ratios(parts, wholes):
    """Of each round its own ratio: what slows one round slows both."""
    return [ratio(part, whole) for part, whole in zip(parts, wholes)]


def percent(part, whole):
    share = ratio(part, whole)
    return None if share is None else 100 * share


def lost_percent(kept, lost):
    if kept is None or lost is None:
        return None
    return 100 * lost / (kept + lost) if kept + lost else 0.0


def of_rounds(count):
    return "1 round" if count == 1 else f"medians of {count} rounds"


def number(value, digits=0):
    return "-" if value is None else f"{value:.{digits}f}"


def span(figure, digits=0):
    """A median and between what the rounds lay: "120 (110..131)"."""
    if figure is None:
        return "-"
    return "{:.{d}f} ({:.{d}f}..{:.{d}f})".format(figure["median"], figure["min"], figure["max"],
                                                d=digits)


def middle(figure):
    return None if figure is None else figure["median"]


def share(value):
    """A percentage whose small values must not look like none."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    return "<0.1" if value < 0.1 else f"{value:.1f}"


def table(title, headings, rows, notes=()):
    """Lines: the first column to the left, the others to the right."""
    cells = [list(headings)] + [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(headings))]
    lines = [title]
    for row in cells:
        words = [row[0].ljust(widths[0])]
        words += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  " + "  ".join(words).rstrip())
    lines.insert(2, "  " + "-" * (sum(widths) + 2 * len(widths) - 2))
    return lines + ["  " + note for note in notes]
