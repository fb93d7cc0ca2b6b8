from django.apps import AppConfig


class GatesConfig(AppConfig):
    name = "shouwang.gates"
    label = "gates"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.gates import datasets, reactions  # noqa: F401 - reactions listen once imported

        datasets.register()
