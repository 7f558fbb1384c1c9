"""What proxied requests and writes are shown by: what one costs, and how many there are."""

from collections.abc import Mapping
from typing import Protocol

from ..figures import median, ratio
from ..table import Section


class Measured(Protocol):
    per_second: list[float]
    load_share: float


def show_beside_gateway(
    section: Section, costs: Mapping[str, list[float]], runs: Mapping[str, Measured]
) -> None:
    """A row for each of which there are costs, in ns; the gateway's is the first."""
    mine = costs["gateway"]
    for name, values in costs.items():
        section.rows.append([
            name, f"{median(values) / 1000:.1f}", f"{median(runs[name].per_second):,.0f}",
            "" if name == "gateway" else f"{ratio(mine, values):.2f}x",
            f"{runs[name].load_share:.0%}",
        ])
