from django.apps import AppConfig


class AreasConfig(AppConfig):
    name = "shouwang.areas"
    label = "areas"
    default_auto_field = "django.db.models.BigAutoField"
