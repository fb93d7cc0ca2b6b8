"""The embedded PostgreSQL's settings: for a small machine that runs the web server beside it, or for tests."""

from pathlib import Path

import psutil

MIB = 1024 * 1024


def configuration(port: int, socket_dir: Path, *, fast: bool) -> str:
    """The lines of the server's configuration; `fast` gives up safety on power loss, for tests."""
    shared = max(128, min(1024, psutil.virtual_memory().total // MIB // 24))
    settings: dict[str, str | int] = {
        "listen_addresses": "''",
        "port": port,
        "unix_socket_directories": f"'{socket_dir}'",
        "unix_socket_permissions": "0700",
        "max_connections": 60,
        "shared_buffers": f"{shared}MB",
        "effective_cache_size": f"{shared * 4}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "128MB",
        "random_page_cost": "1.1",
        "wal_level": "replica",
        "wal_compression": "on",
        "max_wal_size": "2GB",
        "checkpoint_timeout": "15min",
        "synchronous_commit": "on",
        "timezone": "'UTC'",
        "log_timezone": "'UTC'",
        "jit": "off",  # compiling costs more than it saves on queries of milliseconds
        # Seven files, each overwritten after a week. Statements and the details of errors are kept out of them:
        # both hold names and ID numbers.
        "logging_collector": "on",
        "log_filename": "'postgres-%a.log'",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": 0,
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_line_prefix": "'%m [%p] '",
    }
    if fast:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "shared_buffers": "128MB"}
        settings |= {"wal_level": "minimal", "max_wal_senders": 0, "max_connections": 100}
        settings |= {"logging_collector": "off", "autovacuum_naptime": "10s"}
    return "".join(f"{name} = {value}\n" for name, value in settings.items())
