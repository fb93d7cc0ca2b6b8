from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "shouwang.accounts"
    label = "accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Listen to what happens at sign-in."""
        from shouwang.accounts import reactions

        reactions.connect()
