from django.apps import AppConfig


class CertificationConfig(AppConfig):
    name = "shouwang.certification"
    label = "certification"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.certification import datasets, reactions  # noqa: F401 - reactions listen

        datasets.register()
