package witness

import "sync"

// Processes are the guests' processes that the sources know of. Those that watch
// hypervisors tell them to the one that looks into processes. It is safe for concurrent
// use.
type Processes struct {
	stirred chan struct{} // holds a token while there is something in due

	mu     sync.Mutex
	guests map[int]identity // by pid
	due    map[int]bool     // pids to be looked at soon
}

// identity is who a guest is.
type identity struct{ UUID, Name, Virt string }

// maxProcesses is how many are remembered.
const maxProcesses = 1 << 16

// NewProcesses makes one that knows none.
func NewProcesses() *Processes {
	return &Processes{stirred: make(chan struct{}, 1), guests: map[int]identity{}, due: map[int]bool{}}
}

// put notes whose process a pid is, and that it may hold something new.
func (p *Processes) put(pid int, who identity) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if pid <= 0 || len(p.guests) >= maxProcesses {
		return
	}
	p.guests[pid] = who
	p.wake(pid)
}

// wake notes that a pid is due.
func (p *Processes) wake(pid int) {
	p.due[pid] = true
	select {
	case p.stirred <- struct{}{}:
	default:
	}
}

// drop notes that a pid is no longer a guest's.
func (p *Processes) drop(pid int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.guests[pid]; known {
		delete(p.guests, pid)
		p.wake(pid)
	}
}

// take gives the pids that are due, each once.
func (p *Processes) take() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	var pids []int
	for pid := range p.due {
		pids = append(pids, pid)
	}
	clear(p.due)
	return pids
}

// who tells whose process a pid is.
func (p *Processes) who(pid int) (identity, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	who, ok := p.guests[pid]
	return who, ok
}

// pids gives all that are known.
func (p *Processes) pids() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	pids := make([]int, 0, len(p.guests))
	for pid := range p.guests {
		pids = append(pids, pid)
	}
	return pids
}

// stir notes that a guest's process may hold something new.
func (p *Processes) stir(uuid string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for pid, who := range p.guests {
		if who.UUID == uuid {
			p.wake(pid)
		}
	}
}
