package trail

// session finds what a whole session shows.
func (f *finder) session(s *Session) {
	switch {
	case s.State == Lost:
		f.lost(s)
	case s.State == Closed && s.Start == (Moment{}) && !s.cutStart:
		n := f.add(StopWithoutStart, s.Node, s, s.End)
		n.ID = sessionFindingID(n, 0)
		n.Text = sentence("stopped", bracketed(quoted(s.EndReason))+";", "its start is not in the log")
	}
	if s.Start == (Moment{}) || s.State == Failed {
		return // what it held before the log began is not known
	}
	for i := range s.Holdings {
		if h := &s.Holdings[i]; h.From == (Moment{}) {
			f.unheld(s, h)
		}
	}
}

// lost finds a session that ended without a stop.
func (f *finder) lost(s *Session) {
	if s.End != (Moment{}) {
		n := f.add(SessionLost, s.Node, s, s.End)
		n.ID = sessionFindingID(n, 0)
		n.Text = "the session ended without a stop: " + s.EndReason
		return
	}
	n := f.add(SessionLost, s.Node, s, s.EndAfter)
	n.ID, n.Until = sessionFindingID(n, 0), s.EndBefore
	n.Proof = append(n.Proof, s.EndBefore)
	n.Text = "the session ended without a stop at a time that is unknown: " + s.EndReason
}

// unheld finds what a guest gave up that no record gave it.
func (f *finder) unheld(s *Session, h *Holding) {
	n := f.add(DetachedUnheld, s.Node, s, h.To)
	n.ID, n.Resource = sessionFindingID(n, h.End), Resource{Kind: h.Kind, ID: h.ID, Sub: h.Sub}
	n.Text = sentence(string(h.Ended), "of", n.Resource.String()+",", "which no record gave to the session")
	if h.Kind == "rng" {
		// libvirt records no attach of a random device, only its detach.
		n.Severity = Info
		n.Text += " (libvirt records no attach of a random device)"
	}
}
