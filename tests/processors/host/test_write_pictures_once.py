"""What a decoder gives is written where the host reads it: there is no copy on the way, and nothing is written over."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from processors import catalogue
from processors.exceptions import TooSlow
from processors.host_process import HostSpec
from processors.hosted_instance import HostedInstance
from processors.hosts import HostOptions, HostPool
from processors.parameters import default_values
from processors.planes import planes_of

QUICK = HostOptions(soft_deadline_seconds=0.3, hard_deadline_seconds=10.0, linger_seconds=0.2)
IMPATIENT = pytest.mark.parametrize("pool", [QUICK], indirect=True)
PLANES = planes_of(np.full((48, 64, 3), 90, np.uint8), "bgr24")


@pytest.fixture
def start(pool: HostPool) -> Iterator[Callable[..., HostedInstance]]:
    """``start(key, **parameters)`` begins an instance."""
    instances = []

    def begin(key: str, **values: Any) -> HostedInstance:
        cls = catalogue.load_class(key)
        all_values = default_values(cls) | values
        spec = HostSpec(key, 1, {}, cls.label)
        instances.append(HostedInstance(cls, pool, spec, lambda: all_values, lambda: False))
        instances[-1].start()
        return instances[-1]

    yield begin
    for instance in instances:
        instance.close()


def written(instance: HostedInstance, planes: np.ndarray = PLANES) -> np.ndarray:
    place = instance.place(planes.shape)
    place[...] = planes
    return place


def read_by_the_host(instance: HostedInstance, shape: tuple[int, ...]) -> np.ndarray:
    link = instance._link
    assert link is not None
    return link.incoming.array(shape, np.uint8)


def test_planes_come_to_where_the_host_reads(start: Callable[..., HostedInstance]) -> None:
    instance = start("test-hosted-invert")
    for _ in range(3):
        image = written(instance)
        assert np.shares_memory(image, read_by_the_host(instance, image.shape))
        outcome = instance.picture(image, 0.0)
        assert outcome.image is not None
        assert (
            abs(int(outcome.image[0, 0]) - int(planes_of(np.full((48, 64, 3), 165, np.uint8), "bgr24")[0, 0]))
            <= 1
        )


def test_a_picture_from_elsewhere_is_copied(start: Callable[..., HostedInstance]) -> None:
    instance = start("test-hosted-invert")
    elsewhere = PLANES.copy()
    written(instance, PLANES // 2)
    instance.picture(elsewhere, 0.0)
    np.testing.assert_array_equal(read_by_the_host(instance, elsewhere.shape), elsewhere)


@IMPATIENT
def test_nothing_is_written_where_a_late_host_still_reads(start: Callable[..., HostedInstance]) -> None:
    instance = start("test-slow", seconds=1.0)
    image = written(instance)
    with pytest.raises(TooSlow):
        instance.picture(image, 0.0)
    later = written(instance, PLANES // 2)
    assert not np.shares_memory(later, read_by_the_host(instance, image.shape))
    np.testing.assert_array_equal(read_by_the_host(instance, image.shape), PLANES)


def test_a_larger_picture_gets_larger_memory(start: Callable[..., HostedInstance]) -> None:
    instance = start("test-hosted-invert")
    instance.picture(written(instance), 0.0)
    large = np.full((720, 640), 90, np.uint8)
    outcome = instance.picture(written(instance, large), 1.0)
    assert outcome.image is not None
    assert outcome.image.shape == large.shape
