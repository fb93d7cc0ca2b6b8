"""As whom the embedded PostgreSQL runs: as ourselves, or, since it refuses root, as an account made for it."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from shouwang.site.advice import Advice

ACCOUNT = "shouwang-postgres"


@dataclass(frozen=True)
class RunAs:
    """The account that owns the cluster. `name` is None when it is the one we already run as."""

    name: str | None
    uid: int
    gid: int

    def spawn_options(self) -> dict[str, str | int | list[str]]:
        """Keyword arguments that make `subprocess` start a program as this account."""
        return {} if self.name is None else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path, mode: int = 0o700) -> None:
        """Make a folder that belongs to this account alone."""
        path.mkdir(mode=mode, exist_ok=True)
        if self.name is not None:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)

    def give(self, path: Path, mode: int = 0o600) -> None:
        """Make a file that we wrote belong to this account alone."""
        if self.name is not None:
            os.chown(path, self.uid, self.gid)
        path.chmod(mode)


def account() -> RunAs:
    """The account to run PostgreSQL as; made with `useradd` the first time that root asks.

    Raises `Advice` when we are root and no account can be made.
    """
    if os.geteuid() != 0:
        return RunAs(None, os.geteuid(), os.getegid())
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError:
        useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
        command = [useradd or "useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        command += ["--shell", "/usr/sbin/nologin", ACCOUNT]
        made = subprocess.run(command, check=False, capture_output=True, text=True) if useradd else None
        try:
            # Looked up again rather than trusting the exit code: two processes may have made it at once.
            entry = pwd.getpwnam(ACCOUNT)
        except KeyError:
            reason = made.stderr.strip() if made else "the program useradd is missing"
            raise Advice(
                "PostgreSQL refuses to run as root, and the account for it could not be made: " + reason,
                "Make it by hand, or run Shouwang as an ordinary user.\n"
                f"  type:     useradd --system --user-group --shell /usr/sbin/nologin {ACCOUNT}",
            ) from None
    return RunAs(ACCOUNT, entry.pw_uid, entry.pw_gid)


def open_way(path: Path) -> list[Path]:
    """Let other accounts pass through the folders above `path` (not list them); returns the folders changed.

    Only root needs this: a checkout under /root, or a temporary folder, is closed to the account of PostgreSQL.
    """
    changed = []
    for folder in path.resolve().parents:
        mode = stat.S_IMODE(folder.stat().st_mode)
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            changed.append(folder)
    return changed


def open_programs(folder: Path) -> None:
    """Let other accounts read and run the programs in `folder`, which a strict umask may have closed."""
    for path in [folder, *folder.rglob("*")]:
        if path.is_symlink():
            continue
        mode = stat.S_IMODE(path.stat().st_mode)
        wanted = mode | stat.S_IROTH | (stat.S_IXOTH if path.is_dir() or mode & stat.S_IXUSR else 0)
        if wanted != mode:
            path.chmod(wanted)
