from django.apps import AppConfig


class ResidentsConfig(AppConfig):
    name = "shouwang.residents"
    label = "residents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.residents import datasets, intake, jobs, reactions  # noqa: F401 - reactions listen, jobs are known, once imported

        intake.register()
        datasets.register()
