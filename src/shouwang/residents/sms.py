"""Text messages to residents: one small seam. A city names its own sender; development shows messages in the terminal.

`SHOUWANG_SMS` is `console`, `off`, or `package.module:function`, a function `send(phone, text)` that raises when the
message was not taken over.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import structlog
from django.conf import settings
from django.utils.module_loading import import_string

from shouwang.residents.masking import mask_phone

Sender = Callable[[str, str], None]
log = structlog.get_logger("shouwang.sms")


def show_in_terminal(phone: str, text: str) -> None:
    """For development and demonstrations: the log gets the masked number, the terminal of the worker the message.

    The message goes past the log on purpose, since logs are kept and collected.
    """
    log.info("sms.shown", to=mask_phone(phone))
    sys.stderr.write(f"\n  SMS {mask_phone(phone)}: {text}\n\n")
    sys.stderr.flush()


def is_on() -> bool:
    """Whether this installation sends messages at all."""
    return bool(settings.SMS != "off")


def send(phone: str, text: str) -> None:
    """Send a message by the sender of this installation."""
    sender: Sender = show_in_terminal if settings.SMS == "console" else import_string(settings.SMS.replace(":", "."))
    sender(phone, text)
