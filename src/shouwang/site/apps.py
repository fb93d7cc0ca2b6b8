from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "shouwang.site"
    label = "site"

    def ready(self) -> None:
        from shouwang.command.rules import refuse_deed
        from shouwang.intake import permissions
        from shouwang.policybook import queries as policybook
        from shouwang.site import environment

        env = environment.load()
        policybook.configure(env.packs, env.policy_directories)
        # Powers are decided above the room that takes in files; it is told here whom to ask.
        permissions.use(refuse_deed)
