#!/usr/bin/env bash
# Make .venv with Python 3.11 or later, and the tools that fill it. Asks Debian for python3.11-venv where it may.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=""
    for candidate in python3.11 python3.12 python3.13 python3; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "Shouwang needs Python 3.11 or later, and there is none here. Type:" >&2
        echo "    apt-get install python3.11 python3.11-venv" >&2
        exit 1
    fi

    if ! "$python" -c 'import ensurepip' 2>/dev/null; then
        # Debian cuts this module out of python3 and ships it apart.
        package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        bootstrap/debian.sh "$package"
    fi

    rm -rf .venv
    "$python" -m venv .venv
fi
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r bootstrap/tools.lock
