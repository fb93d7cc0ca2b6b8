from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "shouwang.intake"
    label = "intake"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.intake import datasets

        datasets.register()
