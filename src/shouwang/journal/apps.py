from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "shouwang.journal"
    label = "journal"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.journal import datasets

        datasets.register()
