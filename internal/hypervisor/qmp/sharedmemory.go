package qmp

import (
	"strings"

	"github.com/virtaudit/virtaudit/guest"
)

// sharedMemory is that of ivshmem devices, and all other memory of the guest
// that is a file of the host's.
func (a *asker) sharedMemory() error {
	if err := a.need(devicesPart, chardevsPart); err != nil {
		return err
	}
	objects, err := a.list(objectFolder)
	if err != nil {
		return err
	}
	shared, err := a.shmemBackends()
	if err != nil {
		return err
	}
	for _, o := range objects {
		if o.Type != "memory-backend-file" {
			continue
		}
		if err := a.memoryFile(o.Path, shared[o.Path]); err != nil {
			return err
		}
	}
	return a.shmemServers()
}

// shmemBackends gives the backends of ivshmem devices.
func (a *asker) shmemBackends() (map[string]bool, error) {
	shared := map[string]bool{}
	for _, d := range a.with("memdev") {
		if d.Type != "ivshmem-plain" {
			continue
		}
		var backend string
		if err := a.get(d.Path, "memdev", &backend); err != nil {
			return nil, err
		}
		shared[backend] = true
	}
	return shared, nil
}

// memoryFile adds a backend: as a Shmem, if it is shared and has a name among
// the host's shared memory, otherwise as a File.
func (a *asker) memoryFile(backend string, shared bool) error {
	var path string
	if err := a.get(backend, "mem-path", &path); err != nil {
		return err
	}
	name, named := strings.CutPrefix(path, "/dev/shm/")
	if !shared || !named {
		a.s.Spec.Files = append(a.s.Spec.Files, guest.File{Use: guest.FileMemory, Path: path})
		return nil
	}
	var size uint64
	err := a.get(backend, "size", &size)
	a.s.Spec.Shmems = append(a.s.Spec.Shmems, guest.Shmem{Name: name, Size: size})
	return err
}

// shmemServers adds the memory that servers hand out.
func (a *asker) shmemServers() error {
	for _, d := range a.with("chardev") {
		if d.Type != "ivshmem-doorbell" {
			continue
		}
		source, _, err := a.sourceOf(d.Path)
		if err != nil {
			return err
		}
		a.s.Spec.Shmems = append(a.s.Spec.Shmems, guest.Shmem{Server: true, Path: source.Path})
	}
	return nil
}
