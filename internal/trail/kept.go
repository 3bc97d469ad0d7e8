package trail

// Join gives an event that was read from where it is kept its session; nil is
// none.
func (e *Event) Join(s *Session) { e.session = s }
