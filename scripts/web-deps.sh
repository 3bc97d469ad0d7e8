#!/bin/sh
# Installs what the page is built and tested with, as pinned in its lockfile, if
# it isn't there. Where that fails nothing else does: tests that need it skip and
# say so, and dist has the page as it was built last.
set -eu
web=${1:-web}

# npm leaves a copy of what it installed.
installed=$web/node_modules/.package-lock.json
[ ! -e "$installed" ] || [ "$web/package-lock.json" -nt "$installed" ] || exit 0

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
	echo "nothing installed to build and test the page: there is no Node"
	exit 0
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
echo "installing for the page: what $web/package-lock.json pins"
if ! npm --prefix "$web" ci --no-audit --no-fund --fetch-retries=1 >"$log" 2>&1; then
	cat "$log" >&2
	echo "nothing installed to build and test the page: npm ci failed"
	exit 0
fi
touch "$installed"
