"""The table: medians, how many times ours is the peer's, and which goals are met."""

from .goals import rows
from .measures import CONNECTIONS, POOLS
from .servers import DRAWBRIDGE, PEERS

# Of these only right answers count, whatever was refused beside them.
COUNTS = ("per_second",)


def number(value, digits):
    # Four figures are all that a noisy machine can tell.
    if abs(value) >= 1000:
        digits = 0
    elif abs(value) >= 100:
        digits = min(digits, 1)
    return f"{value:,.{digits}f}"


def cell(figures, row, name):
    """A median, and behind a peer's how many times ours is its."""
    key, server = row.key[:2], row.key[2] if len(row.key) == 3 else name
    if len(row.key) == 3 and name != DRAWBRIDGE:
        return ""
    median = figures.median(key, server)
    if median is None:
        return ""
    refused = troubled(figures, key, server)
    if refused and key[1] not in COUNTS:
        return "†"
    text = f"{number(median, row.digits)} {row.unit}".strip() + (" †" if refused else "")
    if name == DRAWBRIDGE or (troubled(figures, key, DRAWBRIDGE) and key[1] not in COUNTS):
        return text
    ratio = figures.ratio(key, (name,), min)
    return f"{text} ({ratio:.2f})" if ratio is not None else text


def troubled(figures, key, server):
    """Whether somebody was refused or lost in the turns of a figure."""
    return any(figures.troubles.get((key[0], server), ()))


def verdicts(figures, row):
    """The goals of a row, and whether each is met."""
    for goal in row.goals:
        # The time of a refusal is no time of a login: whoever refuses has no such figure to be held against a goal.
        held = [DRAWBRIDGE, *goal.peers] if row.key[1] not in COUNTS else []
        reached = None if any(troubled(figures, row.key, name) for name in held) else goal.reached(figures, row.key)
        if reached is None:
            yield goal.told(row.unit), "not measured"
        else:
            figure, met = reached
            yield goal.told(row.unit), f"{'**yes**' if met else '**no**'}: {number(figure, 2)}"


def troubles(figures):
    """Who refused or lost requests, where."""
    for (label, name), (refused, lost) in sorted(figures.troubles.items()):
        if refused or lost:
            yield f"† {label}, {name}: {refused:,} answers other than 200, {lost:,} requests without one."


def write(figures, peers):
    """The whole table as Markdown; lines about which nothing is known are left out."""
    names = [DRAWBRIDGE, *(peer for peer in PEERS if peer in peers)]
    heads = ["Drawbridge", *(PEERS[name] for name in names[1:])]
    lines = ["| | " + " | ".join(heads) + " | goal | met |", "|---" * (len(heads) + 3) + "|"]
    for row in rows(CONNECTIONS, POOLS):
        cells = [cell(figures, row, name) for name in names]
        if not any(cells):
            continue
        goals, met = zip(*verdicts(figures, row)) if row.goals else ((), ())
        lines.append(f"| {row.text} | " + " | ".join(cells) + f" | {'; '.join(goals)} | {'; '.join(met)} |")
    return "\n\n".join(["\n".join(lines), *troubles(figures)])
