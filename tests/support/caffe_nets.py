"""Nets of Caffe: one of a single layer without weights, and the real one of the test folder."""

from pathlib import Path

from processors.inference.caffe import head_for

# A net with a name and nothing else, as protobuf writes it.
NO_WEIGHTS = b"\x0a\x04tiny"
HALVED = b"""
name: "tiny"
input: "data"
input_shape { dim: 1 dim: 3 dim: 32 dim: 48 }
layer {
  name: "half"
  type: "Pooling"
  bottom: "data"
  top: "half"
  pooling_param { pool: MAX kernel_size: 2 stride: 2 }
}
"""


def pair(definition: bytes = HALVED, weights: bytes = NO_WEIGHTS) -> bytes:
    return head_for(len(definition)) + definition + weights


def real_parts(models_folder: Path) -> tuple[bytes, bytes]:
    folder = models_folder / "wechat-qr-ssd"
    return (folder / "detect.prototxt").read_bytes(), (folder / "detect.caffemodel").read_bytes()
