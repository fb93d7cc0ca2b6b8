"""Accounts of people who work with Shouwang."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from shouwang.journal.retention import Retention


class Account(AbstractUser):
    """Somebody who signs in. Rights come from posts, never from the account; `is_staff` and groups are not used."""

    retention: ClassVar = Retention.OFFICE

    first_name = None
    last_name = None
    display_name = models.TextField(_("name"), blank=True)
    language = models.TextField(_("language"), default="zh-hans")

    def get_full_name(self) -> str:
        return self.display_name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()
