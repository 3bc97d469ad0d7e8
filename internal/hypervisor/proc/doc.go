// Package proc is the kernel's witness: it looks at what the processes of guests
// and of their helpers have open, whatever records and definitions say of them.
//
// Host.Find names the processes: QEMU, libvirt_lxc, Cloud Hypervisor and
// Firecracker, and helpers such as virtiofsd and swtpm. Sweep.Look gives a
// Sight of one of them: files with their backing chains, deleted ones that are
// still open, block and character devices by number, sockets with their names
// and peers, VFIO groups and devices, taps, ptys. Link tells which helper is
// whose, Sweep.Maps gives what is mapped.
//
// # Where it is from
//
// /proc/PID/fd has a link for each descriptor. Its text is the file's path, as
// the kernel builds it for who reads it, or what stands for one that has none:
// socket:[INODE], pipe:[INODE], anon_inode:[eventfd]. Of a file that has lost
// its name the path ends in " (deleted)", as a name may too; which it is tells
// a look at that path. Following the link with O_PATH gives type and device
// number of that very file, and never opens what is there nor waits for a
// server: neither is a tape wound nor does a hung NFS stop a sweep.
// /proc/PID/fdinfo has access mode, tap and pty. Sockets are named by the
// kernel's sock_diag, which gives peers too, or, in a network namespace other
// than this process's, by /proc/PID/net. Names of devices, and the PCI devices
// of VFIO groups, are from /sys.
//
// # What it doesn't know
//
// A path is that of the process's own mounts: in a mount namespace of its own
// (Sight.OwnMounts) another file may have it on the host; FS, Inode and Device
// tell. What a process has opened and closed between two looks isn't seen, nor
// who is at the other end of a pipe or of a socket without name. Of sockets
// other than unix, TCP and UDP only the protocol is known. Descriptors are those
// of the main thread, which all threads share unless one has parted from it.
// Command lines are what processes say of themselves; the program is known by
// its file, where that may be read.
//
// Whatever could not be seen is in a Sight as Missing. To look at processes of
// other users it takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH, see
// Host.Lacking: with the first alone the folder of descriptors is closed, with
// the second alone its links are.
//
// What every guest's process has open (event descriptors, /dev/null, libvirt's
// monitor sockets and logs, libraries) is there too, marked with why it is
// expected; the table in expected.go has the rules. Rules go by device number
// rather than by path where there is one.
//
// On systems other than Linux the package compiles, and all fails with
// errors.ErrUnsupported.
package proc
