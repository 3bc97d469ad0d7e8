package qmp

import "github.com/virtaudit/virtaudit/guest"

func (a *asker) tpms() error {
	if err := a.need(chardevsPart); err != nil {
		return err
	}
	var all list[struct {
		Options struct {
			Type guest.TPMBackend
			Data struct{ Path, Chardev string }
		}
	}]
	if err := a.ask("query-tpm", nil, &all); err != nil {
		return err
	}
	for _, t := range all {
		tpm := guest.TPM{Backend: t.Options.Type, Path: t.Options.Data.Path}
		if id := t.Options.Data.Chardev; id != "" {
			source, err := a.source(id)
			if err != nil {
				return err
			}
			tpm.Path = source.Path
		}
		a.s.Spec.TPMs = append(a.s.Spec.TPMs, tpm)
	}
	return nil
}
