from django.apps import AppConfig


class WorkersConfig(AppConfig):
    name = "workers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.models.signals import post_delete, post_save

        from processors import worker_reports
        from processors.models import Processor

        from . import catalogue_news

        worker_reports.ask_workers = catalogue_news.isolation_of_workers
        post_save.connect(catalogue_news.row_saved, sender=Processor)
        post_delete.connect(catalogue_news.row_deleted, sender=Processor)
