package libvirtxml

import "github.com/virtaudit/virtaudit/guest"

// filesystemSources are the attributes that name a source, by type.
var filesystemSources = map[guest.FilesystemType]string{
	guest.FilesystemMount:    "dir",
	guest.FilesystemBind:     "dir",
	guest.FilesystemFile:     "file",
	guest.FilesystemBlock:    "dev",
	guest.FilesystemTemplate: "name",
}

func (p *parser) filesystem(n *node) error {
	from := n.child("source")
	f := guest.Filesystem{
		Type:   guest.FilesystemType(n.attrOr("type", string(guest.FilesystemMount))),
		Socket: from.attrOr("socket", ""),
		Target: n.child("target").attrOr("dir", ""),
	}
	if name, ok := filesystemSources[f.Type]; ok {
		f.Source, ok = from.attr(name)
		f.EmptyPath = ok && f.Source == ""
		if !ok && f.Socket == "" {
			return n.lacks("source/@" + name)
		}
	}
	if f.Type == guest.FilesystemVolume {
		f.Source = volume(from)
	}
	p.spec.Filesystems = append(p.spec.Filesystems, f)
	return nil
}
