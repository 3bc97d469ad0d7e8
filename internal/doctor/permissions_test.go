package doctor

import "testing"

func TestPermissions(t *testing.T) {
	try(t, "permissions", map[string]tc{
		"root":     {func(*fake) {}, OK, "user 0, with CAP_AUDIT_CONTROL, CAP_AUDIT_READ, CAP_DAC_READ_SEARCH", ""},
		"user":     {func(f *fake) { f.process("self", "virtaudit", 1000, "0000000000000000") }, Warning, "user 1000, with none", "as root"},
		"listener": {func(f *fake) { f.process("self", "virtaudit", 990, "0000002000000004") }, Warning, "user 990, with CAP_AUDIT_READ, CAP_DAC_READ_SEARCH", "CAP_AUDIT_CONTROL"},
		"no proc":  {func(f *fake) { f.remove("proc/self") }, Unknown, "/proc/self/status: no such file", "mount"},
		"odd":      {func(f *fake) { f.write("proc/self/status", "Uid:\tx\nCapEff:\tzz\n") }, Warning, "user -1", "as root"},
	})
}

func TestNamespaces(t *testing.T) {
	try(t, "namespaces", map[string]tc{
		"user":    {func(f *fake) { f.namespace("self", "user", "user:[4026532177]") }, Wrong, "user namespace", "on the host"},
		"pid":     {func(f *fake) { f.namespace("self", "pid", "pid:[4026532177]") }, Warning, "pid namespace", "on the host"},
		"no proc": {func(f *fake) { f.remove("proc/self/ns") }, Unknown, "can't be read", "mount"},
	})
}
