from django.apps import AppConfig


class CodesConfig(AppConfig):
    name = "shouwang.codes"
    label = "codes"
    default_auto_field = "django.db.models.BigAutoField"
