from django.apps import AppConfig


class CommandConfig(AppConfig):
    name = "shouwang.command"
    label = "command"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.command import datasets, reactions  # noqa: F401 - reactions register themselves

        datasets.register()
