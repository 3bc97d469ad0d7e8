#!/bin/sh
# Runs every fuzz target of the module for the time given, one after the other:
# the go command fuzzes one at a time.
#
# usage: fuzz.sh DURATION
set -eu
duration=$1

packages=$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...)
for package in $packages; do
	tests=$(go test -list '^Fuzz' "$package")
	for target in $(printf '%s\n' "$tests" | grep '^Fuzz' || true); do
		echo "== $package $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "$duration" "$package"
	done
done
