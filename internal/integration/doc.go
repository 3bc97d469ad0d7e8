// Package integration tests virtaudit against what it has to do with in the
// field: this host's kernel, auditd, ausearch and auvirt, libvirt and QEMU. It
// holds tests only.
//
// They need Linux, root and the programs of Debian's packages; where something
// lacks they skip and say what. With -short all of them skip.
//
// They leave the host as they found it. auditd and libvirtd run in the
// foreground, on configurations and folders of their own, and libvirtd in its
// own mount namespace, so that a host's guests are never met; guests have a
// disk of 1 MiB and nothing to boot; systemd runs in a container that sees only
// the host's programs. An auditd that already runs is used as it
// is: the tests read what it adds to its log. Audit is enabled while they run,
// if it wasn't. A kernel has one audit, so tests of several processes wait for
// each other.
package integration
