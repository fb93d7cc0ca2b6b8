from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "shouwang.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # jobs tells the worker what it can do.
        from shouwang.intake import datasets, jobs  # noqa: F401

        datasets.register()
