from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "shouwang.site"
    label = "site"

    def ready(self) -> None:
        from shouwang.command.rules import refuse_deed
        from shouwang.intake import permissions

        # Powers are decided above the room that takes in files; it is told here whom to ask.
        permissions.use(refuse_deed)
