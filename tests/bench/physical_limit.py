"""What no server on this machine can beat: the codecs and the processor in one loop, without network or threads."""

import time

from processors import catalogue
from workers.answer import QUALITIES
from workers.frames import EncodedFrame
from workers.host_encoders import HostEncoders
from workers.video_codecs import VideoDecoder, to_image, to_picture

from .jobs import OUR_KEYS
from .stream import prepared_stream

# What our engine encodes at for the benchmark's visitors, in bit/s.
BIT_RATE = 1000 * QUALITIES["standard"].encode_kbps


def ms_per_frame(job: str, seconds: float) -> float:
    """Return CPU milliseconds per frame for decode, convert, process, convert, encode."""
    processor_class = catalogue.load_class(OUR_KEYS[job])
    processor = processor_class()
    decoder, encoder = VideoDecoder(), HostEncoders().make("VP8", BIT_RATE)
    frames = prepared_stream().frames
    number, began = 0, time.process_time()
    while (used := time.process_time() - began) < seconds:
        place = number % len(frames)
        encoded = EncodedFrame(frames[place], "VP8", 0.0, place == 0, 0.0)
        picture = decoder.decode(encoded)
        if picture is not None:
            image = to_image(picture, processor_class.pixel_format)
            result = processor.process_video(image)
            encoder.encode(to_picture(result, processor_class.pixel_format), force_key=number == 0)
        number += 1
    return 1000 * used / number
