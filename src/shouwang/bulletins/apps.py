from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    name = "shouwang.bulletins"
    label = "bulletins"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from shouwang.bulletins import reactions  # noqa: F401 - reactions listen once imported
