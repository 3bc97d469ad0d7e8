package guest

// What libvirt audits of each device, and by which of its values.

func (d Disk) audited() audited {
	switch d.Source.Type {
	case "", DiskFile, DiskBlock, DiskDir:
		return diskKind.as(optional(d.Source.Path))
	}
	return diskKind.as(missing)
}

func (f Filesystem) audited() audited {
	switch f.Type {
	case "", FilesystemMount, FilesystemFile, FilesystemBlock, FilesystemBind, FilesystemTemplate:
		return fsKind.as(pathValue(f.Source, f.EmptyPath))
	}
	return fsKind.as(missing)
}

func (i Interface) audited() audited { return netKind.as(optional(i.MAC)) }

func (h HostDevice) audited() audited {
	switch h.Type {
	case HostPCI, HostUSB, HostSCSI, HostSCSIHost, HostMDev:
		return devKind.as(word(string(h.Type)), optional(h.Address))
	case HostStorage:
		return hostdevDiskKind.as(optional(h.Address))
	case HostMisc:
		return hostdevChardevKind.as(optional(h.Address))
	}
	return silent
}

func (RedirDevice) audited() audited { return devKind.as(word("usb"), text("USB redirdev")) }

func (s Serial) audited() audited   { return chardevKind.as(s.Source.name()) }
func (p Parallel) audited() audited { return chardevKind.as(p.Source.name()) }
func (c Channel) audited() audited  { return chardevKind.as(c.Source.name()) }
func (c Console) audited() audited  { return chardevKind.as(c.Source.name()) }

// name is what chardevs are audited by.
func (c Chardev) name() value {
	switch c.Type {
	case ChardevPTY, ChardevDev, ChardevFile, ChardevPipe, ChardevNMDM, ChardevUnix:
		return pathValue(c.Path, c.EmptyPath)
	}
	return missing
}

// defaultDatabase is the certificates' where a smartcard names none.
const defaultDatabase = "/etc/pki/nssdb"

func (s Smartcard) audited() audited {
	switch s.Mode {
	case SmartcardHost:
		return smartcardKind.as(text("nss-smartcard-device"))
	case SmartcardCertificates:
		database := s.Database
		if database == "" {
			database = defaultDatabase
		}
		c := s.Certificates
		return smartcardKind.as(text(c[0]), text(c[1]), text(c[2]), text(database))
	case SmartcardPassthrough:
		return smartcardKind.as(s.Source.name())
	}
	return smartcardKind.as(missing)
}

func (r RNG) audited() audited {
	switch r.Backend {
	case "", RNGRandom:
		return rngKind.as(optional(r.Path))
	case RNGEGD:
		return rngKind.as(r.Source.name())
	}
	return rngKind.as(missing)
}

func (t TPM) audited() audited {
	switch t.Backend {
	case TPMPassthrough:
		return tpmKind.as(optional(t.Path))
	case TPMEmulator:
		return tpmEmulatorKind.as(optional(t.Path))
	case TPMExternal:
		return tpmExternalKind.as(optional(t.Path))
	}
	return silent
}

func (s Shmem) audited() audited {
	if s.Server {
		return ivshmemKind.as(pathValue(s.Path, s.EmptyPath))
	}
	return shmemKind.as(number(s.Size), value{text: s.Name, form: formShm})
}

func (i Input) audited() audited {
	switch i.Type {
	case InputPassthrough, InputEvdev:
		return evdevKind.as(pathValue(i.Path, i.EmptyPath))
	}
	return silent
}

func (m Memory) audited() audited    { return memKind.as(number(uint64(m))) }
func (n VCPUs) audited() audited     { return vcpuKind.as(number(uint64(n))) }
func (n IOThreads) audited() audited { return iothreadKind.as(number(uint64(n))) }

func (File) audited() audited { return silent }

func (l Label) audited() audited {
	return machineIDKind.as(optional(l.Process), optional(l.Image), optional(l.Model))
}

func (o OpenFile) audited() audited {
	return netOpenKind.as(optional(o.MAC), optional(o.Path), o.Device.value())
}

func (c CgroupRule) audited() audited {
	folder := optional(c.Cgroup)
	if c.Cgroup != "" && c.Cgroup[len(c.Cgroup)-1] != '/' {
		folder.text += "/"
	}
	switch c.Class {
	case CgroupAll:
		return cgroupAllKind.as(folder)
	case CgroupMajor:
		return cgroupMajorKind.as(folder, optional(c.Category), number(uint64(c.Major)), optional(c.ACL))
	case CgroupPath:
		return cgroupPathKind.as(folder, optional(c.Path), c.Device.value(), optional(c.ACL))
	}
	return silent
}
