import numpy as np
import pytest

from processors.base import (
    AudioProcessor,
    AudioVideoProcessor,
    Processor,
    VideoProcessor,
    has_own_clock,
    needs_pixels,
    needs_samples,
)
from processors.exceptions import DeclarationError
from processors.manifest import manifest
from processors.parameters import FloatParameter, IntegerParameter
from processors.results import Number


class Dim(VideoProcessor):
    """Makes pictures darker (``image * share``).

    The second paragraph is for authors.
    """

    share = FloatParameter("Share", default=0.5)

    def process(self, image):
        return (image * self.share).astype(np.uint8)


def test_a_processor_can_be_tried_with_an_array_and_nothing_else():
    assert Dim(share=0.25).process(np.full((4, 4, 3), 100, np.uint8)).max() == 25
    assert Dim().share == 0.5


def test_a_value_that_does_not_fit_is_refused_when_an_instance_is_made_by_hand():
    with pytest.raises(ValueError, match="The most is 1"):
        Dim(share=3.0)
    with pytest.raises(TypeError, match="no parameter size"):
        Dim(size=1)


def test_instances_do_not_share_their_values():
    one, other = Dim(), Dim()
    one.share = 0.75
    assert (one.share, other.share, Dim.share.default) == (0.75, 0.5, 0.5)
    with pytest.raises(ValueError, match="number"):
        one.share = "much"


def test_the_description_is_the_first_paragraph_without_its_marks():
    assert Dim.description == "Makes pictures darker (image * share)."


def test_the_label_is_the_name_of_the_class_unless_it_is_given():
    assert Dim.label == "Dim"
    assert type("Dimmer", (Dim,), {"label": "Less light"}).label == "Less light"


def test_parameters_are_collected_in_order_and_can_be_overridden_or_removed():
    class Child(Dim):
        low = IntegerParameter("Low", default=1)
        share = FloatParameter("Share", default=0.1)

    class Grandchild(Child):
        low = None

    assert list(Child.parameters) == ["share", "low"]
    assert Child().share == 0.1
    assert list(Grandchild.parameters) == ["share"]
    assert list(Dim.parameters) == ["share"]


def test_only_what_is_overridden_needs_decoding():
    class Both(AudioVideoProcessor):
        def process_audio(self, samples):
            return samples

    class Meter(Processor):
        takes = {"audio"}
        gives = {"video"}
        output_fps = 15.0

        def process_audio(self, samples):
            return None

        def render(self):
            return None

    assert (needs_pixels(VideoProcessor), needs_pixels(Dim), needs_samples(Dim)) == (False, True, False)
    assert (needs_pixels(Both), needs_samples(Both)) == (False, True)
    assert (needs_samples(AudioProcessor), needs_samples(Meter), needs_pixels(Meter)) == (False, True, False)
    assert (has_own_clock(Meter), has_own_clock(Dim)) == (True, False)
    assert Meter.takes == frozenset({"audio"})


def test_a_sink_gives_nothing_and_a_source_takes_nothing():
    class Sink(VideoProcessor):
        gives = ()

        def process(self, image):
            return None

    assert manifest(Sink)["gives"] == []
    assert manifest(Processor)["takes"] == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"start": IntegerParameter("Start", default=1)}, "rename the parameter"),
        ({"takes": {"smell"}}, "'video' and 'audio'"),
        ({"pixel_format": "bgra"}, "choose one of"),
        ({"results": {"count": "number"}}, "needs a view"),
        ({"render": lambda self: None}, "output_fps"),
    ],
)
def test_a_class_that_cannot_work_is_refused_when_it_is_written(body, words):
    with pytest.raises(DeclarationError, match=words):
        type("Wrong", (VideoProcessor,), body)


def test_the_manifest_says_all_that_a_page_needs():
    class Counting(Dim):
        results = {"count": Number("Count", unit="px")}
        never_passthrough = True

    said = manifest(Counting, "counting", translate=str.upper)
    assert said["key"] == "counting"
    assert said["label"] == "COUNTING"
    assert said["takes"] == said["gives"] == ["video"]
    assert said["parameters"] == [
        {
            "name": "share",
            "type": "slider",
            "label": "SHARE",
            "help": "",
            "default": 0.5,
            "unit": "",
            "live": True,
            "minimum": 0.0,
            "maximum": 1.0,
            "step": 0.01,
        }
    ]
    assert said["results"]["count"] == {
        "view": "number",
        "label": "COUNT",
        "accumulate": "replace",
        "keep": 200,
        "columns": [],
        "unit": "PX",
    }
    assert said["never_passthrough"] is True
    assert said["constraints"]["audio"] is False
    assert said["constraints"]["video"]["frameRate"] == {"ideal": 30}
