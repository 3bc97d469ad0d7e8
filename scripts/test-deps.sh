#!/bin/sh
# Installs the packages that the tests need, as root on Debian and what derives
# from it. Elsewhere it installs nothing, and tests that lack something skip and
# say what. Services are installed but not started.
set -eu

packages='
	auditd
	chromium
	curl
	dbus
	gzip
	ipxe-qemu
	iproute2
	libvirt-clients
	libvirt-daemon-driver-lxc
	libvirt-daemon-driver-qemu
	libvirt-daemon-system
	nodejs
	npm
	qemu-system-common
	qemu-system-x86
	qemu-utils
	ripgrep
	swtpm
	systemd
	xz-utils
	zstd
'

# What maintainer scripts ask before they start a service.
policy=${POLICY_RC_D:-/usr/sbin/policy-rc.d}

nothing() {
	echo "no packages installed for the tests: $1"
	exit 0
}

# Node may be there by other means, which Debian's npm doesn't go with.
is_installed() {
	case $1 in
	nodejs) command -v node >/dev/null && return ;;
	npm) command -v npm >/dev/null && return ;;
	esac
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# Releases cut libvirt into packages differently.
is_in_release() {
	LC_ALL=C apt-cache policy "$1" 2>/dev/null | grep -q 'Candidate: [^(]'
}

[ "$(id -u)" = 0 ] || nothing 'not root'
command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || nothing 'no apt-get'

missing=
for package in $packages; do
	is_installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

log=$(mktemp)
own_policy=
clean_up() {
	rm -f "$log"
	[ -z "$own_policy" ] || rm -f "$policy"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

apt() {
	DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1 && return
	cat "$log" >&2
	nothing "apt-get $1 failed"
}

apt update
wanted=
for package in $missing; do
	if is_in_release "$package"; then
		wanted="$wanted $package"
	else
		echo "not in this release: $package"
	fi
done
[ -n "$wanted" ] || exit 0

if [ ! -e "$policy" ]; then
	own_policy=yes
	printf '#!/bin/sh\nexit 101\n' >"$policy"
	chmod 755 "$policy"
fi
echo "installing for the tests:$wanted"
# shellcheck disable=SC2086 # a list of names
apt install -y --no-install-recommends -o Dpkg::Options::=--force-confold $wanted
