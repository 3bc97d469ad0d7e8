#!/bin/sh
# Reports on an audit log or, where it cannot be read or has no guests, on the
# log of real guests in testdata. Says first which one it is, and why.
#
# usage: run.sh VIRTAUDIT LOG
set -eu
virtaudit=$1
log=$2
demo=testdata/demo/audit.log

errors=$(mktemp)
trap 'rm -f "$errors"' EXIT

# 1 says that some of the input could not be read; what is there still counts.
status=0
summary=$("$virtaudit" summary --format json "$log" 2>"$errors") || status=$?
if [ "$status" -gt 1 ]; then
	cat "$errors" >&2
	exit "$status"
fi

has_guests() {
	printf '%s\n' "$summary" | grep -q '"VIRT_'
}

if has_guests && [ "$status" -eq 0 ]; then
	echo "The guests of $log:"
	"$virtaudit" report "$log"
elif has_guests; then
	echo "The guests of $log, as far as it can be read:"
	"$virtaudit" report "$log" || [ $? -eq 1 ]
elif [ "$status" -eq 0 ]; then
	echo "The guests of $demo, as $log has none:"
	"$virtaudit" report "$demo"
else
	echo "The guests of $demo, as $log cannot be read ($(head -n 1 "$errors")):"
	"$virtaudit" report "$demo"
fi
