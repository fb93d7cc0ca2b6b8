from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "shouwang.codes"
    label = "codes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.codes import reactions  # noqa: F401 - registers itself
        from shouwang.codes import datasets

        datasets.register()
