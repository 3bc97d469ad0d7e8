package doctor

import (
	"fmt"
	"strconv"
	"strings"
)

// capabilities are those that virtaudit has a use for, by their bits.
var capabilities = []struct {
	bit  int
	name string
}{
	{30, "CAP_AUDIT_CONTROL"}, // ask for status and rules
	{37, "CAP_AUDIT_READ"},    // listen to records
	{2, "CAP_DAC_READ_SEARCH"},
}

// permissions tells what this process may look at.
func (e *examination) permissions() finding {
	status, err := e.host.read("proc/self/status")
	if err != nil {
		return finding{Unknown, "/proc/self/status: " + reason(err), "mount /proc"}
	}
	uid, caps := effectiveUser(status), effectiveCapabilities(status)
	var has []string
	for _, c := range capabilities {
		if caps&(1<<c.bit) != 0 {
			has = append(has, c.name)
		}
	}
	if len(has) == 0 {
		has = []string{"none of the capabilities that it takes"}
	}
	f := ok(fmt.Sprintf("user %d, with %s", uid, strings.Join(has, ", ")))
	if caps&(1<<capabilities[0].bit) == 0 {
		f.state, f.advice = Warning, "run this as root: the kernel tells its audit's state only to who has CAP_AUDIT_CONTROL"
	}
	return f
}

func effectiveCapabilities(status string) uint64 {
	if value := statusField(status, "CapEff"); len(value) == 1 {
		if bits, err := strconv.ParseUint(value[0], 16, 64); err == nil {
			return bits
		}
	}
	return 0
}

// namespaces tells whether this process, and what else runs where it runs,
// reaches the kernel's audit at all.
func (e *examination) namespaces() finding {
	const outside = "run this on the host itself; what runs here can leave no records"
	user, pid := e.host.namespace("self", "user"), e.host.namespace("self", "pid")
	switch {
	case user == "" || pid == "":
		return finding{Unknown, "/proc/self/ns can't be read", "mount /proc"}
	case user != firstUserNamespace:
		return finding{Wrong, "in a user namespace, as in a rootless container: the kernel takes no records from here", outside}
	case pid != firstPIDNamespace:
		return finding{Warning, "in a pid namespace, as in a container: the kernel doesn't tell its audit's state here", "run this on the host itself"}
	}
	return ok("those of the host")
}
