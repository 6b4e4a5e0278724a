from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Here only for its command: ``manage.py serve`` wires everything together."""

    name = "config"
    verbose_name = "Showroom"
