from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "shouwang.health"
    label = "health"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.health.intake import HEALTH_EVENTS
        from shouwang.intake import kinds

        kinds.register(HEALTH_EVENTS)
        from shouwang.health import datasets

        datasets.register()
