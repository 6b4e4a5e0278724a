import numpy as np
import pytest

from processors import catalogue, stills


@pytest.mark.parametrize("key", [*catalogue.BUILTINS, *catalogue.TASKS])
def test_every_class_of_ours_has_a_still_of_its_result(key):
    still = stills.make_still(key)
    assert still.shape == (360, 640, 3)
    assert still.dtype == np.uint8
    assert still.std() > 5


def test_stills_are_the_same_each_time():
    assert np.array_equal(stills.make_still("rotate"), stills.make_still("rotate"))
