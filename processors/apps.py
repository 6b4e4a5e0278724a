from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ProcessorsConfig(AppConfig):
    name = "processors"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = _("Processors")

    def ready(self) -> None:
        """The web and media workers hold secrets and visitors' pictures: code of other packages runs elsewhere."""
        from . import catalogue
        from .host_limits import host_limits
        from .stand_ins import StandIns

        catalogue.stand_in = StandIns(host_limits()).class_for
