"""How well a person is connected: unknown until measured, by some seconds, without flicker; lost at once."""

from collections.abc import Callable

import pytest

from workers import arrivals, connection_quality
from workers.arrivals import Arrivals, Arrived
from workers.connection_quality import Condition, ConnectionQuality

CLEAR = Condition(0.0, 0.0, 0.03, 0.005, 30.0)
Watch = Callable[[ConnectionQuality, Condition, float], str]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    for module in (arrivals, connection_quality):
        monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def watch(clock: list[float]) -> Watch:
    """``watch(quality, condition, seconds)``: it stays like this, and is noted twice a second."""

    def note(quality: ConnectionQuality, condition: Condition, seconds: float) -> str:
        for _ in range(round(seconds * 2)):
            quality.note(condition)
            clock[0] += 0.5
        return quality.state

    return note


def test_nothing_is_said_before_it_was_measured_for_three_seconds(watch: Watch) -> None:
    quality = ConnectionQuality()
    assert quality.state == "unknown"
    assert watch(quality, Condition(pictures_per_second=30.0), 20) == "unknown"
    assert watch(quality, CLEAR, 3) == "unknown"
    assert watch(quality, CLEAR, 1) == "excellent"


@pytest.mark.parametrize(
    ("condition", "state"),
    [
        (Condition(lost_down=0.05), "good"),
        (Condition(lost_down=0.2), "poor"),
        (Condition(lost_up=0.05), "good"),
        (Condition(lost_up=0.2), "poor"),
        (Condition(round_trip_seconds=0.3), "good"),
        (Condition(round_trip_seconds=0.9), "poor"),
        (Condition(jitter_seconds=0.08), "good"),
        (Condition(jitter_seconds=0.3), "poor"),
        (Condition(0.0, 0.0, 0.03, 0.005, 5.0), "good"),
        (Condition(0.0, 0.0, 0.03, 0.005, 2.0), "poor"),
        (Condition(0.0, 0.0, 0.03, 0.005), "excellent"),
    ],
)
def test_each_trouble_counts_by_itself(condition: Condition, state: str, watch: Watch) -> None:
    assert watch(ConnectionQuality(), condition, 5) == state


def test_a_bad_moment_is_not_told(watch: Watch) -> None:
    quality = ConnectionQuality()
    watch(quality, CLEAR, 5)
    told = {watch(quality, Condition(0.15, 0.0, 0.03, 0.005, 30.0), 0.5)}
    told |= {watch(quality, CLEAR, 0.5) for _ in range(20)}
    assert told == {"excellent"}


def test_what_stays_bad_is_told_and_what_wavers_does_not_flicker(watch: Watch) -> None:
    quality = ConnectionQuality()
    watch(quality, CLEAR, 5)
    assert watch(quality, Condition(0.3, 0.0, 0.03, 0.005, 30.0), 8) == "poor"
    changes = 0
    for _ in range(20):
        before = quality.state
        changes += watch(quality, CLEAR, 1) != before
        before = quality.state
        changes += watch(quality, Condition(0.3, 0.0, 0.03, 0.005, 30.0), 1) != before
    assert changes == 0
    assert watch(quality, CLEAR, 5) == "poor"
    assert watch(quality, CLEAR, 6) == "excellent"


def test_who_gets_less_is_not_said_to_be_well_connected(clock: list[float]) -> None:
    quality = ConnectionQuality()
    for _ in range(10):
        quality.note(CLEAR, best="poor")
        clock[0] += 0.5
    assert quality.state == "poor"


def test_a_lost_connection_is_told_at_once_and_measured_anew(watch: Watch) -> None:
    quality = ConnectionQuality()
    watch(quality, CLEAR, 5)
    quality.lose()
    assert quality.state == "lost"
    assert watch(quality, CLEAR, 0.5) == "unknown"
    assert watch(quality, CLEAR, 5) == "excellent"


def test_reports_that_come_seldom_are_enough_and_none_for_long_is_unknown(watch: Watch) -> None:
    quality = ConnectionQuality()
    told = []
    for _ in range(6):
        # As of a browser that gets nothing but sound.
        told += [watch(quality, Condition(lost_down=0.0), 2.5), watch(quality, Condition(), 2.5)]
    assert set(told[2:]) == {"excellent"}
    assert watch(quality, Condition(), 20) == "unknown"


def test_what_gets_lost_on_the_way_here_is_counted_over_some_seconds(clock: list[float]) -> None:
    coming = Arrivals()
    for second in range(20):
        coming.note(
            [Arrived(1, 100 * second, 90 * second, 0.02), Arrived(2, 100 * second, 100 * second, 0.3)]
        )
        clock[0] += 0.5
    assert coming.lost_share == pytest.approx(0.05)
    assert coming.jitter_seconds == 0.02, "what all streams have in common"
    for _ in range(8):
        coming.note([Arrived(1, 2000, 1800, 0.02), Arrived(2, 2000, 2000, 0.3)])
        clock[0] += 0.5
    assert (coming.lost_share, coming.jitter_seconds) == (None, None), "nothing comes any more"
