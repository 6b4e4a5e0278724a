"""What visitors do with models that the host installed: each module is one task, with its parameters and results.

The web process reads these classes for their parameters, so nothing here imports onnxruntime before ``load``.
"""
