"""The one place where settings come in from outside: typed, checked, and refused with a paragraph of advice.

Every variable is `SHOUWANG_<NAME>`, except `DATABASE_URL`, which keeps the name that hosts give it.
"""

import contextlib
import difflib
import os
import secrets
import tempfile
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AliasChoices, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from shouwang.site.advice import Advice

PREFIX = "SHOUWANG_"
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
SHORTEST_SECRET = 32

# What to type for each variable: shown when the value found is wrong, and in the operators' manual.
EXAMPLES: dict[str, str] = {
    "data_dir": "export SHOUWANG_DATA_DIR=/srv/shouwang",
    "database_url": "export DATABASE_URL=postgresql://shouwang:password@db.example.org:5432/shouwang",
    "mode": "export SHOUWANG_MODE=production",
    "debug": "export SHOUWANG_DEBUG=false",
    "secret_key": "export SHOUWANG_SECRET_KEY=$(python3 -c 'import secrets; print(secrets.token_urlsafe(50))')",
    "key_ring_file": "export SHOUWANG_KEY_RING_FILE=/etc/shouwang/key-ring.json",
    "code_keys": "export SHOUWANG_CODE_KEYS=/etc/shouwang/code-keys",
    "hold_operators": "export SHOUWANG_HOLD_OPERATORS=true",
    "host": "export SHOUWANG_HOST=127.0.0.1",
    "port": "export SHOUWANG_PORT=8000",
    "workers": "export SHOUWANG_WORKERS=2",
    "allowed_hosts": "export SHOUWANG_ALLOWED_HOSTS=shouwang.example.org,10.0.0.5",
    "csrf_trusted_origins": "export SHOUWANG_CSRF_TRUSTED_ORIGINS=https://shouwang.example.org",
    "log_format": "export SHOUWANG_LOG_FORMAT=json",
    "log_level": "export SHOUWANG_LOG_LEVEL=info",
    "metrics_token": "export SHOUWANG_METRICS_TOKEN=$(python3 -c 'import secrets; print(secrets.token_urlsafe(32))')",
    "sms": "export SHOUWANG_SMS=off",
    "language": "export SHOUWANG_LANGUAGE=zh-hans",
    "time_zone": "export SHOUWANG_TIME_ZONE=Asia/Shanghai",
    "clock": "export SHOUWANG_CLOCK=2020-02-20T08:00:00+08:00",
    "packs": "export SHOUWANG_PACKS=wuhan-2020,prc-2022,generic",
    "policy_directories": "export SHOUWANG_POLICY_DIRECTORIES=/etc/shouwang/policies",
}

# Set by our own programs for the processes they start; nobody sets them by hand.
HANDED_DOWN = {"SHOUWANG_CLOCK_OFFSET", "SHOUWANG_UP_PID", "SHOUWANG_WEB_PID"}

# Never repeated back to the screen, where a colleague or a log would see them.
SECRET_FIELDS = {"secret_key", "metrics_token", "database_url"}


def _split(value: Any) -> Any:
    """A comma-separated variable as a list of its non-empty parts."""
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


class Environment(BaseSettings):
    """Everything that differs between one installation and the next. Read with `load()`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    data_dir: Path = Field(
        Path(".shouwang"), description="folder for the embedded database, keys and logs; made when it is missing"
    )
    database_url: str | None = Field(
        None,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
        description="your own PostgreSQL, version 15 or later, as postgresql://user:password@host:port/name",
    )
    mode: Literal["development", "production"] = Field(
        "development", description="'development' (one machine, nothing demanded) or 'production' (secrets demanded)"
    )
    debug: bool = Field(False, description="true or false: tracebacks on pages; never in production")
    secret_key: str = Field("", description=f"at least {SHORTEST_SECRET} random characters; signs sessions and forms")
    key_ring_file: Path = Field(
        Path(), description="path of the file with the keys that encrypt names, ID numbers and phones"
    )
    code_keys: Path = Field(
        Path(), description="path of the folder with the keys that sign codes, the status feed and the trust list"
    )
    host: str = Field("127.0.0.1", description="the address to listen on; 0.0.0.0 for every network card")
    port: int = Field(8000, ge=1, le=65535, description="a whole number from 1 to 65535")
    workers: int = Field(2, ge=1, le=64, description="a whole number from 1 to 64: web processes")
    allowed_hosts: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="the names people type to reach the site, separated by commas"
    )
    csrf_trusted_origins: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="full origins (https://…) in front of a proxy, separated by commas"
    )
    log_format: Literal["pretty", "json"] = Field("pretty", description="'pretty' for eyes or 'json' for collectors")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="one of debug, info, warning, error"
    )
    metrics_token: str | None = Field(
        None, min_length=16, description="at least 16 characters; without it /metrics answers loopback only"
    )
    sms: str = Field(
        "",
        pattern=r"^(|console|off|[\w.]+:\w+)$",
        description="'console' (codes are shown in the worker's terminal; not in production), 'off', or"
        " package.module:function of your own that sends (phone, text)",
    )
    hold_operators: bool | None = Field(
        None,
        description="true or false: whether large files taken in at the command line wait for a second pair of eyes"
        " as everybody's do; true in production",
    )
    language: Literal["zh-hans", "en"] = Field("zh-hans", description="'zh-hans' or 'en'")
    time_zone: str = Field("Asia/Shanghai", description="a name of the IANA time zone list")
    clock: str | None = Field(
        None, description="a moment with its offset, from which the clock runs: for drills and demonstrations only"
    )
    packs: Annotated[list[str], NoDecode] = Field(
        default_factory=lambda: ["wuhan-2020", "prc-2022", "generic"],
        description="names of policy packs, separated by commas",
    )
    policy_directories: Annotated[list[Path], NoDecode] = Field(
        default_factory=list, description="existing folders with your own policy packs, separated by commas"
    )

    _split_lists = field_validator(
        "allowed_hosts", "csrf_trusted_origins", "packs", "policy_directories", mode="before"
    )(_split)

    @field_validator("database_url")
    @classmethod
    def _is_postgresql(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("postgresql://", "postgres://")):
            raise ValueError("it does not begin with postgresql://")
        return value

    @field_validator("csrf_trusted_origins")
    @classmethod
    def _are_origins(cls, value: list[str]) -> list[str]:
        for origin in value:
            if not origin.startswith(("https://", "http://")):
                raise ValueError(f"{origin!r} does not begin with https://")
        return value

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"no time zone has the name {value!r}")
        ZoneInfo(value)
        return value

    @field_validator("clock")
    @classmethod
    def _is_moment(cls, value: str | None) -> str | None:
        if value is not None and datetime.fromisoformat(value).tzinfo is None:
            raise ValueError("the moment has no offset such as +08:00")
        return value

    @field_validator("policy_directories")
    @classmethod
    def _exist(cls, value: list[Path]) -> list[Path]:
        for folder in value:
            if not folder.is_dir():
                raise ValueError(f"there is no folder {folder}")
        return value

    @property
    def is_production(self) -> bool:
        """Whether secrets must come from outside and pages must come over https."""
        return self.mode == "production"


def variable(field: str) -> str:
    """The environment variable that sets a field of `Environment`."""
    return "DATABASE_URL" if field == "database_url" else PREFIX + field.upper()


def _advise(field: str, found: str | None, reason: str) -> str:
    """One wrong setting as a paragraph: which variable, what was found, what is expected, a line to type."""
    info = Environment.model_fields.get(field)
    shown = "nothing" if found is None else repr(found)
    if found is not None and field in SECRET_FIELDS:
        shown = "a value that is not shown here"
    lines = [f"The setting {variable(field)} cannot be used: {reason}.", f"  found:    {shown}"]
    if info is not None and info.description:
        lines.append(f"  expected: {info.description}")
    if field in EXAMPLES:
        lines.append(f"  type:     {EXAMPLES[field]}")
    return "\n".join(lines)


def _misspelt(names: list[str]) -> list[str]:
    """A paragraph for each SHOUWANG_ variable that means nothing, with the nearest name that does."""
    known = {variable(field) for field in Environment.model_fields}
    paragraphs = []
    for name in sorted(names):
        # SHOUWANG_TEST_… is left to test runs and benchmarks, which pass things to their own children.
        if not name.startswith(PREFIX) or name.startswith(PREFIX + "TEST_") or name in known or name in HANDED_DOWN:
            continue
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"Did you mean {near[0]}?" if near else "It may be left from another version."
        paragraphs.append(f"There is no setting {name}. {hint}\n  type:     unset {name}")
    return paragraphs


def _made_secret(data_dir: Path) -> str:
    """The secret of a development installation: made once, readable by its owner alone."""
    path = data_dir / "secret-key"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            # Written aside and linked into place, so that of several processes one makes it and none reads half.
            handle, aside = tempfile.mkstemp(dir=data_dir, prefix=".secret-key-")
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_urlsafe(50))
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
            os.unlink(aside)
        secret = path.read_text().strip()
    except OSError as error:
        raise Advice(_advise("data_dir", str(data_dir), f"{error.strerror or error} ({error.filename})")) from error
    if len(secret) < SHORTEST_SECRET:
        raise Advice(f"The file {path} is empty or cut short.\n  type:     rm {path}")
    return secret


def read(**given: Any) -> Environment:
    """The settings of this process, checked; `given` (field names) goes before the environment.

    Raises `Advice` (which ends the program) naming every wrong variable at once.
    """
    wrong = _misspelt(list(os.environ))
    try:
        found = Environment(**given)
    except ValidationError as error:
        for each in error.errors():
            place = str(each["loc"][0]) if each["loc"] else ""
            field = "database_url" if place == "DATABASE_URL" else place
            reason = each["msg"].removeprefix("Value error, ")
            raw = given.get(field, os.environ.get(variable(field)))
            wrong.append(_advise(field, None if raw is None else str(raw), reason[:1].lower() + reason[1:]))
        raise Advice(*wrong) from None
    changes: dict[str, Any] = {"data_dir": found.data_dir.expanduser().absolute()}
    if found.is_production:
        wrong += _demanded_in_production(found)
    elif found.secret_key and len(found.secret_key) < SHORTEST_SECRET:
        wrong.append(_advise("secret_key", found.secret_key, "it is too short to be safe"))
    if wrong:
        raise Advice(*wrong)
    if not found.secret_key:
        changes["secret_key"] = _made_secret(changes["data_dir"])
    if "key_ring_file" not in found.model_fields_set:
        changes["key_ring_file"] = changes["data_dir"] / "key-ring.json"
    if not found.sms:
        changes["sms"] = "off" if found.is_production else "console"
    if found.hold_operators is None:
        changes["hold_operators"] = found.is_production
    if "code_keys" not in found.model_fields_set:
        changes["code_keys"] = changes["data_dir"] / "code-keys"
    if not found.is_production:
        changes["allowed_hosts"] = list(dict.fromkeys([*LOCAL_HOSTS, *found.allowed_hosts]))
    return found.model_copy(update=changes)


def _demanded_in_production(found: Environment) -> list[str]:
    """What a city may not leave to a default: paragraphs for whatever is missing."""
    wrong = []
    if len(found.secret_key) < SHORTEST_SECRET:
        reason = "production mode demands it" if not found.secret_key else "it is too short to be safe"
        wrong.append(_advise("secret_key", found.secret_key or None, reason))
    if "key_ring_file" not in found.model_fields_set:
        wrong.append(_advise("key_ring_file", None, "production mode demands it, and keeps it apart from the data"))
    if "code_keys" not in found.model_fields_set:
        wrong.append(_advise("code_keys", None, "production mode demands it, and keeps it apart from the data"))
    if not found.allowed_hosts:
        wrong.append(_advise("allowed_hosts", None, "production mode demands it"))
    if found.debug:
        wrong.append(_advise("debug", "true", "pages with tracebacks show residents' data"))
    if found.sms == "console":
        wrong.append(_advise("sms", "console", "whoever reads the terminal could sign in as any resident"))
    if found.clock is not None:
        wrong.append(_advise("clock", found.clock, "a clock that was moved has no place in production"))
    return wrong


@lru_cache(maxsize=1)
def load() -> Environment:
    """The settings of this process, read once. `load.cache_clear()` after changing the environment."""
    return read()
