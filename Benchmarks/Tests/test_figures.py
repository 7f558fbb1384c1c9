"""What is made of measured numbers."""

import pytest
from bench.figures import bucket_end, median, merged, percentile, ratio


def test_the_median_is_not_moved_by_one_round_that_went_wrong():
    assert median([3, 1, 1000, 2, 4]) == 3
    assert median([1, 3]) == 2


def test_a_ratio_is_taken_within_each_round():
    # The machine was ten times as slow in the second round, for both.
    assert ratio([2, 20, 2], [1, 10, 1]) == 2
    # The ratio of the medians would be 1.
    assert ratio([1, 5, 6], [3, 5, 2]) == 1
    assert ratio([1, 4, 9], [4, 2, 3]) == 2


def test_a_ratio_needs_both_in_every_round():
    with pytest.raises(ValueError, match="every round"):
        ratio([1, 2], [1])


def test_histograms_of_several_rounds_become_one():
    assert merged([{"32": 1, "64": 2}, {"64": 3}]) == {32: 1, 64: 5}
    assert merged([]) == {}


@pytest.mark.parametrize(
    ("lowest", "end"),
    [(0, 1), (31, 32), (32, 33), (63, 64), (64, 66), (126, 128), (128, 132), (1 << 30, 33 << 25)],
)
def test_a_bucket_is_a_32nd_of_its_power_of_two(lowest: int, end: int):
    assert bucket_end(lowest) == end


def test_a_percentile_is_the_end_of_its_bucket():
    histogram = {10: 98, 1000: 1, 1 << 20: 1}
    assert percentile(histogram, 50) == 11
    assert percentile(histogram, 98) == 11
    assert percentile(histogram, 99) == bucket_end(1000)
    assert percentile(histogram, 99.9) == bucket_end(1 << 20)
    assert percentile(histogram, 100) == bucket_end(1 << 20)


def test_nothing_has_no_percentile():
    with pytest.raises(ValueError, match="nothing in it"):
        percentile({}, 50)
