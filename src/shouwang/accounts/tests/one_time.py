"""One-time codes as an authenticator app makes them (RFC 6238), written apart from the code under test."""

import base64
import hashlib
import hmac
import struct
import time

STEP_SECONDS = 30


def code(secret: str, steps: int = 0) -> str:
    """The six digits of a secret now, or `steps` half minutes later."""
    counter = struct.pack(">Q", int(time.time()) // STEP_SECONDS + steps)
    digest = hmac.new(base64.b32decode(secret, casefold=True), counter, hashlib.sha1).digest()
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def wrong(secret: str) -> str:
    """Six digits that are right neither now nor around now."""
    right = {code(secret, steps) for steps in range(-3, 4)}
    return next(trial for trial in (digit * 6 for digit in "01234567") if trial not in right)
