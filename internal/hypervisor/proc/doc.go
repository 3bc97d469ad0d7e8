// Package proc is the kernel's witness: it looks at what the processes of guests and
// of their helpers have open, whatever records and definitions say about them.
//
// Host.Find finds the processes: QEMU, libvirt_lxc, Cloud Hypervisor, Firecracker, and
// helpers such as virtiofsd and swtpm. Sweep.Look gives a Sight of one of them: files
// with their backing chains, deleted files that are still open, block and character
// devices by number, sockets with their names and peers, VFIO groups and devices, taps
// and ptys. Link tells which helper belongs to which guest, and Sweep.Maps gives mapped
// files.
//
// # Where the answers come from
//
// /proc/PID/fd has a link for each descriptor. Its text is the file's path, as the
// kernel builds it for the reader, or a stand-in for what has no path: socket:[INODE],
// pipe:[INODE], anon_inode:[eventfd]. The path of a file that has lost its name ends in
// " (deleted)"; since a real name may end so too, that path is looked up. The link is
// followed with O_PATH, which gives the type and device number of the very file, but
// doesn't open it and doesn't wait for a server: no tape is wound, and a hung NFS server
// doesn't stop a sweep. /proc/PID/fdinfo has the access mode, tap and pty. Sockets are
// named by the kernel's sock_diag, which also tells peers, or, in a network namespace
// other than ours, by /proc/PID/net. Names of devices, and the PCI devices of VFIO
// groups, come from /sys.
//
// # What it doesn't know
//
// Paths are those of the process's own mounts. If it is in a mount namespace of its own
// (Sight.OwnMounts), the path may lead to another file on the host; FS, Inode and Device
// tell. It isn't seen what a process opens and closes between two looks, nor who is at
// the other end of a pipe or of a socket without a name. Of sockets other than unix, TCP
// and UDP only the protocol is known. Descriptors are those of the main thread; all
// threads share them, unless one has unshared its own. Command lines are what processes
// say of themselves; the program is identified by its file if that may be read.
//
// What could not be seen is listed in a Sight as Missing. To look at processes of other
// users takes both CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH (see Host.Lacking): with only
// the first the folder of descriptors is closed, with only the second its links are.
//
// What every guest's process has open (event descriptors, /dev/null, libvirt's monitor
// sockets and logs, libraries) is included too, marked with the reason why it is
// expected. The rules are the table in expected.go; where a device has a number, they go
// by that rather than by path.
//
// On systems other than Linux the package compiles, and everything fails with
// errors.ErrUnsupported.
package proc
