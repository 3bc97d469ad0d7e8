package guest

// A Change is something that happened to a guest.
type Change struct {
	// Guest is whom it happened to. Only Start looks at more than its name,
	// uuid and hypervisor.
	Guest *Spec
	Op    Op
	// Failed says that it was tried in vain.
	Failed bool
	// Reason is why a guest started or stopped: Booted and Shutdown, where
	// there is none. It is also for the types of records that libvirt never
	// sends; all others have none.
	Reason Reason
	// PID is the guest's process on the host, of Start, Stop and Init; 0 where
	// there is none (any more).
	PID int
	// InitPID and PIDNamespace are a container's: the process of its init, and
	// the inode of its pid namespace. They are for Init.
	InitPID      int
	PIDNamespace uint64
	// Old is what the guest had before, New what it has now; Op says which of
	// the two are looked at.
	Old, New Resource
}

// Op says what happened.
type Op string

// What can happen to a guest.
const (
	Start Op = "start" // its labels, all that it has, and that it runs or failed to
	Stop  Op = "stop"  // with that it loses all it has
	Init  Op = "init"  // a container's init process began

	Attach Op = "attach" // it got New
	Detach Op = "detach" // it lost Old
	// Update: it has New in the place of Old. What libvirt never updates in its
	// place (a host device, a TPM, shared memory, an input device) is told as a
	// Detach and an Attach, and not at all where both are the same.
	Update Op = "update"

	Mirror   Op = "mirror"   // a disk is being copied to the Disk New
	Snapshot Op = "snapshot" // it writes to the Disk New from now on, no longer to Old

	Open     Op = "open"  // the OpenFile New was opened for an interface
	Allow    Op = "allow" // the CgroupRule New allows it something
	Deny     Op = "deny"  // the CgroupRule New takes something from it
	SetLabel Op = "label" // the Label New was bound to it

	// Types of records that linux/audit.h has and libvirt never sends.
	Create         Op = "create"
	Destroy        Op = "destroy"
	MigrateIn      Op = "migrate-in"
	MigrateOut     Op = "migrate-out"
	CheckIntegrity Op = "integrity-check"
)

// Reason is why a guest started or stopped. Any word without blanks will do;
// these are libvirt's.
type Reason string

// Why guests start or stop.
const (
	Booted       Reason = "booted"        // start
	Restored     Reason = "restored"      // start, from a saved state
	Migrated     Reason = "migrated"      // start and stop
	FromSnapshot Reason = "from-snapshot" // start and stop, as it is reverted
	Reboot       Reason = "reboot"        // start and stop of containers

	Shutdown  Reason = "shutdown"
	Destroyed Reason = "destroyed"
	Crashed   Reason = "crashed"
	Failure   Reason = "failed" // its process was killed, or its start failed
	Saved     Reason = "saved"
)
