from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "shouwang.site"
    label = "site"

    def ready(self) -> None:
        from shouwang.policybook import queries as policybook
        from shouwang.site import environment

        env = environment.load()
        policybook.configure(env.packs, env.policy_directories)
