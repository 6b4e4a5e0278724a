"""Models that people upload: how their input is made, how they run, and what their outputs mean.

NumPy, OpenCV and onnxruntime only. onnxruntime is imported where a model is opened, so that a web process can read
and check a ``ModelSpec`` without it.
"""
