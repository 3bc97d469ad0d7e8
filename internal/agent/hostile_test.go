package agent

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// maxPeak is the most memory that a service may ever have here. It takes 70 MiB
// where nothing is wrong.
const maxPeak = 200 << 20

// soon is how long a record may take to the API: a second, and as much again on
// a busy machine.
const soon = 2 * time.Second

// A source is what the status says of one.
type source struct {
	Name, State, Problem string
	Lost                 uint64
}

type statusAnswer struct {
	Ready             bool
	Reasons, Warnings []string
	Sources           []source
	Store             struct{ Full bool }
}

// answer asks for JSON, which has to be there.
func (p *process) answer(path string, into any) {
	p.t.Helper()
	code, body, err := p.ask(path)
	if err != nil || code != http.StatusOK {
		p.t.Fatalf("GET %s: %d %v\n%s\n%s", path, code, err, body, p.said.Bytes())
	}
	if err := json.Unmarshal(body, into); err != nil {
		p.t.Fatalf("GET %s: %v\n%.1000s", path, err, body)
	}
}

func (p *process) status() (s statusAnswer) {
	p.t.Helper()
	p.answer("/api/v1/status", &s)
	return s
}

// says waits until a source has a state, and its problem these words.
func (p *process) says(name, state, problem string) {
	p.t.Helper()
	var last statusAnswer
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		last = p.status()
		for _, s := range last.Sources {
			if strings.HasPrefix(s.Name, name) && s.State == state && strings.Contains(s.Problem, problem) {
				return
			}
		}
	}
	p.t.Fatalf("the status doesn't say %q is %s: %s\n%+v\n%s", name, state, problem, last, p.said.Bytes())
}

// append writes to the log.
func (p *process) append(text string) {
	p.t.Helper()
	f, err := os.OpenFile(p.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		p.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(text); err != nil {
		p.t.Fatal(err)
	}
}

// arrives starts a guest by its records, and waits until the API has it.
func (p *process) arrives(g *recordedGuest) {
	p.t.Helper()
	lines, _ := g.stage(0)
	began := time.Now()
	p.append(strings.Join(lines, "\n") + "\n")
	p.eventually("the guest "+g.uuid+" is there", func() bool { return p.running(g.uuid) })
	if took := time.Since(began); took > soon {
		p.t.Errorf("the records of %s took %v to the API", g.uuid, took)
	}
}

// running tells whether the trail has a guest that runs.
func (p *process) running(uuid string) bool {
	var list struct{ Items []map[string]any }
	return p.get("/api/v1/sessions?running=true&guest="+url.QueryEscape(uuid), &list) && len(list.Items) == 1
}

// bounded tells how much memory it took.
func (p *process) bounded() {
	p.t.Helper()
	peak := p.peak()
	p.t.Logf("at most %d MiB of memory", peak>>20)
	if peak > maxPeak {
		p.t.Errorf("it took %d MiB of memory, want at most %d", peak>>20, maxPeak>>20)
	}
}

// TestHostilePeers: of daemons and monitors that hang, lie and flood, each is told
// of, and none keeps records from coming.
func TestHostilePeers(t *testing.T) {
	t.Parallel()
	p := newProcess(t)
	p.append("")
	at := func(name string) string { return filepath.Join(p.dir, name) }
	qemu := &fakeDaemon{name: "web", xml: definitionOf("web", ""), hang: procXML}
	lxc := &fakeDaemon{name: "box", xml: definitionOf("box", ""), garbage: procListAll}
	listen(t, at("qemu"), qemu.serve)
	listen(t, at("lxc"), lxc.serve)
	listen(t, at("silent.qmp"), silent)
	listen(t, at("deaf.qmp"), deaf)
	listen(t, at("flood.qmp"), flood)
	listen(t, at("endless.qmp"), endless)
	p.set("LIBVIRT=qemu+unix:///system?socket="+at("qemu")+",lxc+unix:///system?socket="+at("lxc"), "QMP="+at("*.qmp"), "SWEEP=1s")
	p.start()
	p.ready()
	for n := range 5 {
		p.arrives(newRecordedGuest(n))
		time.Sleep(100 * time.Millisecond)
	}
	p.says("libvirt lxc", "down", "not libvirt's protocol")
	p.says("libvirt qemu", "down", "no answer within")
	p.says("log", "up", "")
	for _, name := range []string{"silent", "deaf", "flood", "endless"} {
		p.says("qmp", "down", name+".qmp")
	}
	p.arrives(newRecordedGuest(6))

	// 10 MiB of a definition, then one that can be read.
	qemu.change(func() {
		qemu.hang, qemu.xml = 0, definitionOf("web", strings.Repeat("<sound model='ich6'/>", 10<<20/21))
	})
	lxc.change(func() { lxc.garbage, lxc.xml = 0, "<domain>"+strings.Repeat("<a>", 100_000) })
	p.says("libvirt qemu", "up", "")
	p.says("libvirt lxc", "up", "")
	p.arrives(newRecordedGuest(7))
	qemu.change(func() { qemu.xml = definitionOf("web", "<memballoon model='none'/>") })
	p.eventually("the guest of libvirt's is there", func() bool { return p.running(libvirtUUID) })
	p.bounded()
	p.term()
}

// TestHostileLog: what is wrong with a log is told, and what comes after it
// arrives.
func TestHostileLog(t *testing.T) {
	p := newProcess(t)
	p.append("")
	p.start()
	p.ready()
	g := newRecordedGuest(0)
	p.arrives(g)

	p.append("type=VIRT_CONTROL msg=audit(1790000000.001:1): " + strings.Repeat("x", 5<<20) + "\n")
	p.append("type=VIRT_CONTROL msg=audit(1790000000.001:1): pid=1 msg='op=start vm=" + strings.Repeat("41", 500<<10) + "'\n")
	p.append(strings.Repeat("\x00\xff\x1b]0;x\a\n", 100_000))
	p.arrives(newRecordedGuest(1))
	p.lost("a line", 1)

	if err := os.Truncate(p.log, 0); err != nil {
		t.Fatal(err)
	}
	time.Sleep(100 * time.Millisecond)
	p.arrives(newRecordedGuest(2))
	p.lost("trunc", 2)

	fresh := p.log + ".new"
	lines, _ := newRecordedGuest(3).stage(0)
	if err := os.WriteFile(fresh, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(fresh, p.log); err != nil {
		t.Fatal(err)
	}
	p.arrives(newRecordedGuest(4))
	p.lost("replaced", 3)
	if !p.running(newRecordedGuest(3).uuid) {
		t.Error("what the new log began with is not there")
	}

	back := newRecordedGuest(5)
	back.at -= 10 * 24 * 3600 * 1000
	p.arrives(back)
	p.says("log", "up", "clock")
	p.bounded()
	p.term()
}

// lost holds the status, and what is found, to how often records may be missing.
func (p *process) lost(what string, n uint64) {
	p.t.Helper()
	var s source
	p.eventually(fmt.Sprintf("%s is told of", what), func() bool {
		for _, s = range p.status().Sources {
			if strings.HasPrefix(s.Name, "log") {
				return s.Lost >= n
			}
		}
		return false
	})
	var list struct {
		Items []struct{ Kind, Text string }
	}
	p.eventually(fmt.Sprintf("%s is found", what), func() bool {
		p.answer("/api/v1/findings?kind=source-unwatched", &list)
		return uint64(len(list.Items)) >= n
	})
	p.t.Logf("%s: %q, %d findings, the last %+v", what, s.Problem, len(list.Items), list.Items[len(list.Items)-1])
}
