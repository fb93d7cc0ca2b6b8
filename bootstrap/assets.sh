#!/usr/bin/env bash
# Fetch the libraries of the pages (ui-assets) or of the guard's phone (gate-app) as its package-lock.json pins them, and
# build what is served into the package.
set -euo pipefail
cd "$(dirname "$0")/../${1:?ui-assets or gate-app}"

if ! node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null || ! command -v npm >/dev/null; then
    echo "Shouwang's pages are built with Node 20 or later and npm; they are not here (found: $(node --version 2>/dev/null || echo nothing))." >&2
    echo "Install them, then run the same command again. Debian 12 ships Node 18: take 20 from nodejs.org or your distributor." >&2
    exit 1
fi
npm ci --no-audit --no-fund --loglevel=error
npm run --silent build
