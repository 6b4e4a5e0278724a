from copy import copy

from ..parameters import FloatParameter


def begun_at(slider: FloatParameter, threshold: float) -> FloatParameter:
    """Return the same slider, but it begins where the description of the model says: on its grid, within its ends."""
    least, most = slider.minimum or 0.0, 1.0 if slider.maximum is None else slider.maximum
    own = copy(slider)
    own.default = own.clean(min(max(threshold, least), most))
    return own
