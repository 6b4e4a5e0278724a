"""Models that run elsewhere: frames go to a server that speaks the Open Inference Protocol (KServe v2).

``addresses`` decides where we may connect at all; ``grpc_client`` and ``json_client`` speak; ``connection`` keeps one
of them per server, with a circuit breaker; ``tensors`` checks what comes back; ``remote_model`` is what tasks use.
Nothing here imports Django except ``sealing`` and ``servers``.
"""
