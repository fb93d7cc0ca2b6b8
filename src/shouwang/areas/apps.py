from django.apps import AppConfig


class AreasConfig(AppConfig):
    name = "shouwang.areas"
    label = "areas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.areas import datasets
        from shouwang.areas.intake import AREAS, COMPOUNDS
        from shouwang.intake import kinds

        datasets.register()
        kinds.register(AREAS)
        kinds.register(COMPOUNDS)
