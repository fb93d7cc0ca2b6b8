from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "shouwang.codes"
    label = "codes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.codes import card_jobs, datasets, panel, reactions, remedy_panel  # noqa: F401 - reactions listen
        from shouwang.residents import panels

        datasets.register()
        panels.offer("codes.colour", 10, panel.render)
        panels.offer("codes.remedies", 15, remedy_panel.render)
