package input

import (
	"strings"
	"testing"
)

func TestJournalAuditEntry(t *testing.T) {
	change := func(fields ...string) string {
		all := append([]string{}, auditEntry...)
		for _, f := range fields {
			name, _, _ := strings.Cut(f, "=")
			for i, old := range all {
				if strings.HasPrefix(old, name+"=") {
					all[i] = f
				}
			}
		}
		return export(all...)
	}
	const text = "pid=1 msg='op=start'\n"
	tests := []struct {
		name, content, want string
	}{
		{"as it is", change(), auditEntryLine},
		{"no host", change("_HOSTNAME="), strings.TrimPrefix(auditEntryLine, "node=h1 ")},
		{"no host name", change("_HOSTNAME=h1 type=X"), strings.TrimPrefix(auditEntryLine, "node=h1 ")},
		{"unnamed type", change("_AUDIT_TYPE_NAME=AUDIT2500", "MESSAGE=AUDIT2500 pid=1 msg='op=start'"), auditEntryLine},
		{"no type name", change("_AUDIT_TYPE_NAME="), auditEntryLine},
		{"zero time", change("_SOURCE_REALTIME_TIMESTAMP=0"), "node=h1 type=VIRT_CONTROL msg=audit(0.000:31): " + text},
		{"newlines", change("MESSAGE=X a\nb\n"), "node=h1 type=VIRT_CONTROL msg=audit(1363099126.043:31): a b\n"},
		{"no time", change("_SOURCE_REALTIME_TIMESTAMP="), ""},
		{"bad time", change("_SOURCE_REALTIME_TIMESTAMP=-1"), ""},
		{"no serial", change("_AUDIT_ID="), ""},
		{"bad serial", change("_AUDIT_ID=1): x"), ""},
		{"no text", change("MESSAGE=VIRT_CONTROL"), ""},
		{"no type", change("_AUDIT_TYPE_NAME=", "_AUDIT_TYPE="), ""},
		{"bad type", change("_AUDIT_TYPE_NAME=", "_AUDIT_TYPE=70000"), ""},
		{"bad type name", change("_AUDIT_TYPE_NAME=A B"), ""},
	}
	for _, tt := range tests {
		got, err := readExport(t, tt.content)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: got %q, %v\nwant %q", tt.name, got, err, tt.want)
		}
	}
}

func TestJournalLogEntry(t *testing.T) {
	const record = "node=h1 type=VIRT_CONTROL msg=audit(1363099126.643:31): pid=1\n"
	tests := []struct {
		transport, message, want string
	}{
		{"kernel", "audit: type=2500 audit(1363099126.643:31): pid=1", record},
		{"kernel", "type=2500 audit(1363099126.643:31): pid=1", record},
		{"kernel", "audit: type=2500 audit(1363099126.643:31):  pid=1 ", record},
		{"syslog", "type=VIRT_CONTROL msg=audit(1363099126.643:31): pid=1", record},
		{"syslog", "node=h2 type=VIRT_CONTROL msg=audit(1363099126.643:31): pid=1", strings.Replace(record, "h1", "h2", 1)},
		{"kernel", "audit: type=2500 audit(1.2:3): a\nnode=h3 type=X msg=audit(1.2:3): b", "node=h1 type=VIRT_CONTROL msg=audit(1.2:3): a node=h3 type=X msg=audit(1.2:3): b\n"},
		{"journal", "audit: type=2500 audit(1363099126.643:31): pid=1", ""},
		{"stdout", "type=VIRT_CONTROL msg=audit(1363099126.643:31): pid=1", ""},
		{"kernel", "audit: initializing netlink subsys (disabled)", ""},
		{"kernel", "audit: type=2500", ""},
		{"kernel", "audit: type=2500 audit(1363099126.643:31", ""},
		{"kernel", "audit: type=2500 audit(1363099126:31): x", ""},
		{"kernel", "audit: type=99999 audit(1363099126.643:31): x", ""},
		{"kernel", "audit: type= audit(1363099126.643:31): x", ""},
		{"kernel", "x type=2500 audit(1363099126.643:31): x", ""},
		{"syslog", "node=a/b type=VIRT_CONTROL msg=audit(1363099126.643:31): pid=1", ""},
		{"", "audit: type=2500 audit(1363099126.643:31): pid=1", ""},
	}
	for _, tt := range tests {
		got, err := readExport(t, export("__CURSOR=a", "_TRANSPORT="+tt.transport, "_UID=0", "_HOSTNAME=h1", "MESSAGE="+tt.message))
		if got != tt.want || err != nil {
			t.Errorf("%s, %q: got %q, %v\nwant %q", tt.transport, tt.message, got, err, tt.want)
		}
	}
}

// Anyone may write to syslog what looks like a record.
func TestJournalSyslogOfOthers(t *testing.T) {
	for _, uid := range []string{"_UID=1000", "_UID=", "UID=0", "_UID=00"} {
		got, err := readExport(t, export("__CURSOR=a", "_TRANSPORT=syslog", uid, "_HOSTNAME=h1",
			"MESSAGE=type=VIRT_CONTROL msg=audit(1363099126.643:31): forged"))
		if got != "" || err != nil {
			t.Errorf("%s: got %q, %v", uid, got, err)
		}
	}
}

func TestJournalUnknownTypes(t *testing.T) {
	s := &Source{Name: "f", stdin: strings.NewReader(export("_TRANSPORT=kernel", "MESSAGE=audit: type=2501 audit(1.2:3): x"))}
	if got, err := readAll(t, s); got != "type=UNKNOWN[2501] msg=audit(1.2:3): x\n" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}
