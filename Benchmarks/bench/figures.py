"""What is made of measured numbers: medians, ratios within rounds, percentiles of histograms."""

import statistics
from collections.abc import Mapping, Sequence


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def ratio(values: Sequence[float], others: Sequence[float]) -> float:
    """The median of the ratios of each round: what a round does to both is not in it."""
    if len(values) != len(others):
        raise ValueError("a ratio needs both in every round")
    return statistics.median(a / b for a, b in zip(values, others, strict=True))


def merged(histograms: Sequence[Mapping[str, int]]) -> dict[int, int]:
    """One histogram of several: the lowest value of a bucket, and how many fell into it."""
    every: dict[int, int] = {}
    for histogram in histograms:
        for lowest, count in histogram.items():
            every[int(lowest)] = every.get(int(lowest), 0) + count
    return every


def bucket_end(lowest: int) -> int:
    """The end of the load client's bucket that begins at `lowest`: no value in it is higher."""
    exponent = max(0, lowest.bit_length() - 6)
    return lowest + (1 << exponent)


def percentile(histogram: Mapping[int, int], percent: float) -> int:
    """The least value that so many percent do not exceed, not told too low: its bucket's end."""
    total = sum(histogram.values())
    if total == 0:
        raise ValueError("a histogram with nothing in it")
    wanted = total * percent / 100
    counted = 0
    for lowest in sorted(histogram):
        counted += histogram[lowest]
        if counted >= wanted:
            return bucket_end(lowest)
    return bucket_end(max(histogram))
