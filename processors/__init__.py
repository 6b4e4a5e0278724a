"""What runs on pictures and sound, and the catalogue of it."""

import os

# Before onnxruntime is imported: it would keep an identifier of the machine, and report its use to Microsoft.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
