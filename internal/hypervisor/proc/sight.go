package proc

// A Sight is what a process had open at one time. Descriptors are looked at one
// after the other: what was opened or closed meanwhile may be in it or not.
type Sight struct {
	Process Process
	// Held is in order of kind and path, each only once.
	Held []Held
	// Missing is what could not be seen. Without any the Sight is complete.
	Missing []Missing
	// OwnMounts says that the process is in another mount namespace than this
	// one, and that its paths may be other files here.
	OwnMounts bool

	// sockets are the inodes of its unix sockets, peers those of the sockets
	// that these are connected to, names what they are bound to. See Link.
	sockets, peers []uint64
	names          []string
}

// Complete tells whether all was seen. What is not in a Sight that isn't
// complete may be held nevertheless.
func (s *Sight) Complete() bool { return len(s.Missing) == 0 }
