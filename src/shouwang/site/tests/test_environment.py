"""Settings from outside: what is taken, what is refused, and what the refusal says."""

import os
import stat
from pathlib import Path

import pytest

from shouwang.site import environment
from shouwang.site.advice import Advice


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("SHOUWANG_") or name == "DATABASE_URL":
            monkeypatch.delenv(name)
    monkeypatch.setenv("SHOUWANG_DATA_DIR", str(tmp_path))


def test_nothing_need_be_set(tmp_path: Path) -> None:
    """With no variable set, a development installation on this machine comes out."""
    found = environment.read()
    assert (found.mode, found.host, found.port, found.workers, found.debug) == (
        "development",
        "127.0.0.1",
        8000,
        2,
        False,
    )
    assert found.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]
    assert found.packs == ["wuhan-2020", "prc-2022", "generic"]
    assert (found.language, found.time_zone) == ("zh-hans", "Asia/Shanghai")
    assert found.key_ring_file == tmp_path / "key-ring.json"


def test_lists_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several names in one variable are separated by commas, with or without blanks."""
    monkeypatch.setenv("SHOUWANG_ALLOWED_HOSTS", "a.example.org, b.example.org,")
    assert environment.read().allowed_hosts[-2:] == ["a.example.org", "b.example.org"]


def test_the_secret_is_made_once_and_kept_from_others(tmp_path: Path) -> None:
    """The second reading finds the secret of the first, in a file that only its owner may read."""
    first = environment.read().secret_key
    assert len(first) >= environment.SHORTEST_SECRET
    assert environment.read().secret_key == first
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("SHOUWANG_PORT", "eight", ["SHOUWANG_PORT", "'eight'", "from 1 to 65535", "export SHOUWANG_PORT=8000"]),
        ("SHOUWANG_PORT", "70000", ["SHOUWANG_PORT", "'70000'", "less than or equal to 65535"]),
        ("SHOUWANG_LOG_FORMAT", "xml", ["SHOUWANG_LOG_FORMAT", "'xml'", "'pretty' for eyes", "=json"]),
        ("SHOUWANG_TIME_ZONE", "Wuhan", ["SHOUWANG_TIME_ZONE", "no time zone has the name 'Wuhan'", "Asia/Shanghai"]),
        ("SHOUWANG_CLOCK", "2020-02-20T08:00", ["SHOUWANG_CLOCK", "no offset", "2020-02-20T08:00:00+08:00"]),
        ("SHOUWANG_CLOCK", "yesterday", ["SHOUWANG_CLOCK", "'yesterday'"]),
        ("SHOUWANG_POLICY_DIRECTORIES", "/no/such", ["SHOUWANG_POLICY_DIRECTORIES", "there is no folder /no/such"]),
        ("SHOUWANG_CSRF_TRUSTED_ORIGINS", "example.org", ["SHOUWANG_CSRF_TRUSTED_ORIGINS", "https://"]),
        ("SHOUWANG_METRICS_TOKEN", "short", ["SHOUWANG_METRICS_TOKEN", "at least 16 characters"]),
        (
            "DATABASE_URL",
            "mysql://u:geheim@h/d",
            ["DATABASE_URL", "does not begin with postgresql://"],
        ),
    ],
)
def test_a_wrong_value_is_answered_with_advice(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: list[str]
) -> None:
    """The paragraph names the variable, what was found, what is expected, and a line to type."""
    monkeypatch.setenv(name, value)
    with pytest.raises(Advice) as stopped:
        environment.read()
    for words in [*says, "found:", "expected:", "type:"]:
        assert words in stopped.value.text


def test_all_wrong_values_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to start the program three times to learn of three mistakes."""
    monkeypatch.setenv("SHOUWANG_PORT", "x")
    monkeypatch.setenv("SHOUWANG_WORKERS", "0")
    monkeypatch.setenv("SHOUWANG_LANGUAGE", "fr")
    with pytest.raises(Advice) as stopped:
        environment.read()
    assert stopped.value.text.count("cannot be used") == 3


def test_a_misspelt_variable_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting that nobody reads would leave its owner believing that it holds."""
    monkeypatch.setenv("SHOUWANG_ALLOWED_HOST", "example.org")
    with pytest.raises(Advice, match=r"Did you mean SHOUWANG_ALLOWED_HOSTS\?"):
        environment.read()


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords and keys that are refused do not appear in what is printed."""
    monkeypatch.setenv("DATABASE_URL", "mysql://u:geheim@h/d")
    monkeypatch.setenv("SHOUWANG_SECRET_KEY", "kurz-und-geheim")
    with pytest.raises(Advice) as stopped:
        environment.read()
    assert "geheim" not in stopped.value.text


def test_production_demands_what_a_city_must_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secret, keys and host names have no default in production; tracebacks and a moved clock are refused."""
    monkeypatch.setenv("SHOUWANG_MODE", "production")
    monkeypatch.setenv("SHOUWANG_DEBUG", "true")
    monkeypatch.setenv("SHOUWANG_CLOCK", "2020-02-20T08:00:00+08:00")
    with pytest.raises(Advice) as stopped:
        environment.read()
    for name in ("SECRET_KEY", "KEY_RING_FILE", "CODE_KEYS", "ALLOWED_HOSTS", "DEBUG", "CLOCK"):
        assert f"The setting SHOUWANG_{name} cannot be used" in stopped.value.text


def test_production_with_everything_given(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Given its four, production starts, answers to the given names only, and makes no secret of its own."""
    monkeypatch.setenv("SHOUWANG_MODE", "production")
    monkeypatch.setenv("SHOUWANG_SECRET_KEY", "s" * 50)
    monkeypatch.setenv("SHOUWANG_KEY_RING_FILE", "/etc/shouwang/key-ring.json")
    monkeypatch.setenv("SHOUWANG_CODE_KEYS", "/etc/shouwang/code-keys")
    monkeypatch.setenv("SHOUWANG_ALLOWED_HOSTS", "shouwang.example.org")
    found = environment.read()
    assert found.is_production
    assert found.allowed_hosts == ["shouwang.example.org"]
    assert list(tmp_path.iterdir()) == []


def test_every_setting_says_what_to_type() -> None:
    """No setting can be added without a description and an example."""
    assert set(environment.EXAMPLES) == set(environment.Environment.model_fields)
    for name, field in environment.Environment.model_fields.items():
        assert field.description, name
        assert environment.EXAMPLES[name].startswith(f"export {environment.variable(name)}=")


def test_messages_are_shown_in_the_terminal_only_in_development(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a sender: the console here, nothing in production, where the console is refused with advice."""
    assert environment.read().sms == "console"
    monkeypatch.setenv("SHOUWANG_SMS", "city.gateway:send")
    assert environment.read().sms == "city.gateway:send"
    monkeypatch.setenv("SHOUWANG_SMS", "console")
    monkeypatch.setenv("SHOUWANG_MODE", "production")
    with pytest.raises(Advice) as advice:
        environment.read()
    assert "SHOUWANG_SMS" in str(advice.value)
