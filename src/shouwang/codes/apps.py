from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "shouwang.codes"
    label = "codes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.codes import datasets, panel, reactions  # noqa: F401 - reactions listen once imported
        from shouwang.residents import panels

        datasets.register()
        panels.offer("codes.colour", 10, panel.render)
