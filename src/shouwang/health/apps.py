from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "shouwang.health"
    label = "health"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.health import datasets, panel
        from shouwang.health.intake import HEALTH_EVENTS
        from shouwang.intake import kinds
        from shouwang.residents import panels

        kinds.register(HEALTH_EVENTS)
        datasets.register()
        panels.offer("health.evidence", 20, panel.render)
