#!/bin/sh
# Starts the service on this host's own guests or, where the log has none and
# libvirt runs none, on the trail of real guests that comes with the program. Says
# first which one it is, and why. Needs no root: what can't be watched without is
# said in the page, under Service.
#
# usage: run.sh VIRTAUDIT LOG DIRECTORY ADDRESS
set -eu
virtaudit=$1
log=$2
directory=$3
address=$4

# Where libvirt notes what it runs.
running=${LIBVIRT_RUN:-/run/libvirt}

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

# 1 says that some of the input could not be read; what is there still counts.
status=0
summary=$("$virtaudit" summary --format json "$log" 2>"$errors") || status=$?
if [ "$status" -gt 1 ]; then
	cat "$errors" >&2
	exit "$status"
fi
why=
[ "$status" -eq 0 ] || why=$(sed 's/^virtaudit: //; q' "$errors")
rm -f "$errors"
trap - EXIT

log_has_guests() {
	printf '%s\n' "$summary" | grep -q '"VIRT_'
}

libvirt_runs_guests() {
	for file in "$running"/qemu/*.pid "$running"/lxc/*.pid; do
		[ ! -e "$file" ] || return 0
	done
	return 1
}

# Nothing of another run is kept, which may have been that of another log.
empty_directory() {
	mkdir -p "$directory" 2>/dev/null && [ -w "$directory" ] || directory=$(mktemp -d)
	rm -f "$directory"/trail.db "$directory"/trail.db-wal "$directory"/trail.db-shm
}

if log_has_guests || libvirt_runs_guests; then
	empty_directory
	echo "The guests of this host, kept in $directory. Ctrl-C ends it."
	[ -z "$why" ] || echo "Of the log not all can be read: $why"
	# Settings of the service that this host may have are not those of a look at it.
	exec "$virtaudit" serve --config /dev/null --log "$log" --emit off --log-level warn \
		--store "$directory/trail.db" --token-file "$directory/token" \
		--listen-unix "$directory/api.sock" --listen-tcp "$address"
fi
if [ -n "$why" ]; then
	echo "No guests here: the log cannot be read ($why), and libvirt runs none."
else
	echo "No guests here: $log has none, and libvirt runs none."
fi
exec "$virtaudit" serve --demo --listen-tcp "$address"
