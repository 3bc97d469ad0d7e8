package doctor

import (
	"strings"
	"testing"

	"github.com/virtaudit/virtaudit/record"
)

// What the kernel made of a VIRT_RESOURCE record of a root process was tried
// for each of these.
func TestDropped(t *testing.T) {
	for rules, want := range map[string]answer{
		"":                             no,
		"-a never,user":                no,
		"-a always,exclude":            no,
		"-a never,user -F uid=0":       yes,
		"-a never,user -F uid!=0":      no,
		"-a always,user -F uid=0":      no,
		"-a never,task":                no,
		"-a never,user -F euid=0":      maybe,
		"-a never,user -F pid>1":       maybe,
		"-a always,exclude -F auid=-1": yes,
		"-a always,exclude -F auid>=1000 -F auid!=unset":                                     no,
		"-a exclude,always -F msgtype=VIRT_RESOURCE":                                         yes,
		"-a never,exclude -F msgtype=2501":                                                   yes,
		"-a always,exclude -F msgtype=VIRT_CONTROL":                                          no,
		"-a always,exclude -F msgtype>=2500 -F msgtype<=2507":                                yes,
		"-a always,exclude -F msgtype>2501":                                                  no,
		"-a always,exclude -F msgtype>=VIRT_CONTROL -F subj_type=svirt_t":                    maybe,
		"-a always,exclude -F msgtype=CWD -F subj_type=svirt_t":                              no,
		"-a always,exclude -F exe=/usr/sbin/virtqemud":                                       yes,
		"-a always,exclude -F exe!=/usr/sbin/libvirtd":                                       no,
		"-a always,exclude -F exe=/usr/sbin/sshd":                                            no,
		"-a always,exclude -F exe!=/usr/sbin/sshd":                                           yes,
		"-a always,exclude -F gibberish":                                                     maybe,
		"-a always,exclude -F msgtype=NO_SUCH":                                               maybe,
		"-a always,user -F uid=0\n-a never,user -F msgtype=VIRT_RESOURCE":                    no,
		"-a never,user -F msgtype=VIRT_RESOURCE\n-a always,user -F uid=0":                    yes,
		"-a never,user -F pid=7\n-a always,user -F uid=root":                                 maybe,
		"-a always,user -F uid=0\n-A never,user -F msgtype=VIRT_RESOURCE":                    yes,
		"-a always,user -F uid=0\n-a always,exclude -F msgtype=2501":                         yes,
		"-a always,exclude -F uid=0\n-D":                                                     no,
		"-D\n-a always,exclude -F uid=0":                                                     yes,
		"-a always,exclude -F uid=0 -k x\n-D -k y":                                           yes,
		"-a always,exclude -F uid=0 -F key=x\n-D -k x":                                       no,
		"-a always,exclude -F uid=0 -k x\n-d exclude,always -F uid=root -k x":                no,
		"-a always,exclude -F uid=0\n-d always,exclude -F uid=1":                             yes,
		"-a always,exclude -F uid=0\n-d never,exclude -F uid=0":                              yes,
		"-a always,exclude -F uid=0\n-a always,exclude -F uid=0\n-d always,exclude -F uid=0": yes,
		"-a never,user -F pid=1\n-d never,user -F pid=1":                                     no,
		"-a never,user -F pid=1\n-d never,user -F ppid=1":                                    maybe,
		"#-a always,exclude -F msgtype=2501\n-w /etc -p wa\n-D\n-b 99\n-F":                   no,
	} {
		var f fileRules
		for line := range strings.Lines(rules) {
			f.line("x", strings.Fields(line))
		}
		if got, _ := dropped(f.rules, record.VirtResource, ""); got != want {
			t.Errorf("%q: %v, want %v", rules, got, want)
		}
	}
}
