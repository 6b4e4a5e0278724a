from ..base import VideoProcessor


class Passthrough(VideoProcessor):
    """Gives the camera back untouched, so that you see what the way to the server and back costs.

    It does not override ``process``: nothing needs pixels, so the engine forwards the encoded stream.
    """

    label = "Passthrough"
