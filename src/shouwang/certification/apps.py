from django.apps import AppConfig


class CertificationConfig(AppConfig):
    name = "shouwang.certification"
    label = "certification"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import shouwang.certification.reactions  # noqa: F401 - reactions listen
        from shouwang.certification.datasets import register
        from shouwang.certification.intake import CERTIFICATION_STEPS
        from shouwang.intake import kinds

        register()
        kinds.register(CERTIFICATION_STEPS)
