package witness

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"github.com/virtaudit/virtaudit/guest"
	"github.com/virtaudit/virtaudit/internal/fact"
)

// domain is what libvirt's XML says of a guest and a Spec has no place for.
type domain struct {
	CurrentMemory struct {
		Unit  string `xml:"unit,attr"`
		Value string `xml:",chardata"`
	} `xml:"currentMemory"`
	LaunchSecurity struct {
		Type string `xml:"type,attr"`
	} `xml:"launchSecurity"`
	Devices struct {
		Disks      []xmlDisk      `xml:"disk"`
		Interfaces []xmlInterface `xml:"interface"`
		Hostdevs   []xmlHostdev   `xml:"hostdev"`
		RNGs       []xmlRNG       `xml:"rng"`
		Graphics   []xmlGraphics  `xml:"graphics"`
	} `xml:"devices"`
}

type xmlDisk struct {
	Driver struct {
		Type string `xml:"type,attr"`
	} `xml:"driver"`
	Target struct {
		Dev string `xml:"dev,attr"`
	} `xml:"target"`
	ReadOnly  *struct{}  `xml:"readonly"`
	Shareable *struct{}  `xml:"shareable"`
	Serial    string     `xml:"serial"`
	Backing   *xmlImage  `xml:"backingStore"`
	Mirror    *xmlMirror `xml:"mirror"`
}

// xmlMirror is what an image is being copied to: another, by a job of its own
// (copy), or one behind it (active-commit).
type xmlMirror struct {
	Job string `xml:"job,attr"`
	xmlImage
}

// xmlImage is an image behind another.
type xmlImage struct {
	Type   string `xml:"type,attr"`
	Format struct {
		Type string `xml:"type,attr"`
	} `xml:"format"`
	Source struct {
		File     string `xml:"file,attr"`
		Dev      string `xml:"dev,attr"`
		Dir      string `xml:"dir,attr"`
		Protocol string `xml:"protocol,attr"`
		Name     string `xml:"name,attr"`
		Hosts    []struct {
			Name   string `xml:"name,attr"`
			Port   string `xml:"port,attr"`
			Socket string `xml:"socket,attr"`
		} `xml:"host"`
	} `xml:"source"`
	Backing *xmlImage `xml:"backingStore"`
}

type xmlInterface struct {
	Type  string `xml:"type,attr"`
	Model struct {
		Type string `xml:"type,attr"`
	} `xml:"model"`
	Link struct {
		State string `xml:"state,attr"`
	} `xml:"link"`
	Managed string `xml:"managed,attr"`
}

type xmlHostdev struct {
	Managed string `xml:"managed,attr"`
}

type xmlRNG struct {
	Model string `xml:"model,attr"`
	Rate  struct {
		Bytes  uint64 `xml:"bytes,attr"`
		Period uint64 `xml:"period,attr"`
	} `xml:"rate"`
}

type xmlGraphics struct {
	GL struct {
		RenderNode string `xml:"rendernode,attr"`
	} `xml:"gl"`
}

// maxChain is how many images behind one are named.
const maxChain = 256

// readDomain reads a definition that libvirtxml could read.
func readDomain(text string) (*domain, error) {
	var d domain
	if err := xml.Unmarshal([]byte(text), &d); err != nil {
		return nil, fmt.Errorf("details of the definition: %w", err)
	}
	return &d, nil
}

// details gives what is said of the Spec's devices.
func (d *domain) details(spec *guest.Spec) details {
	all := details{memory: detail("current", kibibytes(d.CurrentMemory.Value, d.CurrentMemory.Unit))}
	byTarget := make(map[string]*xmlDisk, len(d.Devices.Disks))
	for i := range d.Devices.Disks {
		byTarget[d.Devices.Disks[i].Target.Dev] = &d.Devices.Disks[i]
	}
	for _, disk := range spec.Disks {
		all.disks = append(all.disks, byTarget[disk.Target].detail())
	}
	var managed []string // of interfaces' devices, which come first
	for i := range d.Devices.Interfaces {
		n := &d.Devices.Interfaces[i]
		all.interfaces = append(all.interfaces, detail("model", n.Model.Type, "link", n.Link.State))
		if n.Type == "hostdev" {
			managed = append(managed, n.Managed)
		}
	}
	for _, h := range d.Devices.Hostdevs {
		managed = append(managed, h.Managed)
	}
	for _, m := range managed {
		all.hostDevices = append(all.hostDevices, detail("managed", m))
	}
	for _, r := range d.Devices.RNGs {
		all.rngs = append(all.rngs, detail("model", r.Model, "rate", rate(r.Rate.Bytes, r.Rate.Period)))
	}
	return all
}

func (d *xmlDisk) detail() map[string]string {
	if d == nil {
		return nil
	}
	return detail("format", d.Driver.Type, "serial", d.Serial, "readonly", flag(d.ReadOnly != nil), "shareable", flag(d.Shareable != nil))
}

// images gives what is behind and beside the disks' images. before is what the
// guest had.
func (d *domain) images(spec *guest.Spec, before []fact.Thing) []fact.Thing {
	tops := make(map[string]string, len(spec.Disks))
	for _, disk := range spec.Disks {
		tops[disk.Target] = diskName(disk.Source)
	}
	var all []fact.Thing
	for i := range d.Devices.Disks {
		disk := &d.Devices.Disks[i]
		of := tops[disk.Target.Dev]
		all = disk.Backing.append(all, "backing", of)
		all = disk.Mirror.append(all, of, before)
	}
	return all
}

// nodes gives devices that the guest's process has for what isn't a device of the
// guest's: the GPU that draws its display, and what encrypts its memory.
func (d *domain) nodes() []fact.Thing {
	var all []fact.Thing
	for i := range d.Devices.Graphics {
		if node := d.Devices.Graphics[i].GL.RenderNode; node != "" {
			all = append(all, fact.Thing{Kind: "rendernode", ID: fact.Plain(node), Silent: true})
		}
	}
	if kind := d.LaunchSecurity.Type; strings.HasPrefix(kind, "sev") {
		all = append(all, fact.Thing{Kind: "launchsecurity", ID: "/dev/sev", Sub: fact.Plain(kind), Silent: true})
	}
	return all
}

// append adds what is copied to. Of a copy there is a record, as of a disk.
func (m *xmlMirror) append(all []fact.Thing, of string, before []fact.Thing) []fact.Thing {
	if m == nil || m.name() == "" {
		return all
	}
	id := fact.Plain(m.name())
	job := m.Job
	if job == "" { // libvirt doesn't say while the disk goes over to it
		job = jobTo(before, id, of)
	}
	t := fact.Thing{Kind: "mirror", ID: id, Silent: true, Detail: detail("of", of, "job", job, "format", m.Format.Type)}
	if job == "copy" && (m.Type == "file" || m.Type == "block") {
		t.Kind, t.Silent = "disk", false
	}
	return append(all, t)
}

// jobTo gives the job that copied an image to another, as it was before.
func jobTo(before []fact.Thing, id, of string) string {
	for _, t := range before {
		if t.ID == id && t.Detail["of"] == of && t.Detail["job"] != "" {
			return t.Detail["job"]
		}
	}
	return ""
}

// append adds an image and those behind it, which are of another.
func (i *xmlImage) append(all []fact.Thing, kind, of string) []fact.Thing {
	for depth := 1; i != nil && depth <= maxChain; i, depth = i.Backing, depth+1 {
		id := i.name()
		if id == "" {
			continue
		}
		all = append(all, fact.Thing{
			Kind: kind, ID: fact.Plain(id), Silent: true,
			Detail: detail("of", of, "depth", strconv.Itoa(depth), "format", i.Format.Type),
		})
	}
	return all
}

func (i *xmlImage) name() string {
	s := &i.Source
	for _, path := range [...]string{s.File, s.Dev, s.Dir} {
		if path != "" {
			return path
		}
	}
	if s.Protocol == "" {
		return ""
	}
	var hosts []string
	for _, h := range s.Hosts {
		host := h.Name + h.Socket
		if h.Port != "" {
			host += ":" + h.Port
		}
		hosts = append(hosts, host)
	}
	return s.Protocol + "://" + strings.Join(hosts, ",") + "/" + s.Name
}

// diskName names an image, recorded or not.
func diskName(s guest.DiskSource) string {
	if silent := silentDisk(s); silent.ID != "" {
		return silent.ID
	}
	return s.Path
}

// kibibytes reads an amount as libvirt writes it for a running guest: in KiB.
func kibibytes(value, unit string) string {
	value = strings.TrimSpace(value)
	if _, err := strconv.ParseUint(value, 10, 64); err != nil || unit != "" && !strings.EqualFold(unit, "KiB") {
		return ""
	}
	return value
}
