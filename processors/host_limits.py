"""What processor hosts may do, as the settings say."""

from django.conf import settings

from .sandbox import Limits


def host_limits() -> Limits:
    return Limits(
        level=settings.HOST_ISOLATION,
        memory_bytes=settings.HOST_MEMORY_BYTES,
        user=settings.HOST_USER,
        readable=(str(settings.MODELS_DIR),),
    )
