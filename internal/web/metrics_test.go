package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
)

func TestMetrics(t *testing.T) {
	s := newServer(t, testConfig(demo(t)))
	w := get(s, "/metrics")
	for _, line := range []string{
		`virtaudit_build_info{version="v1.2.3"} 1`,
		`virtaudit_ready 1`,
		`virtaudit_records_total{source="/var/log/audit/audit.log",witness="log"} 464`,
		`virtaudit_source_lag_seconds{source="/var/log/audit/audit.log",witness="log"} 1`,
		`virtaudit_source_up{source="proc",witness="proc"} 0`,
		`virtaudit_lost_records_total{source="proc",witness="proc"} 0`,
		`virtaudit_findings{kind="session-lost"} 1`,
		`virtaudit_guests_running 2`,
		`virtaudit_store_bytes 4096`,
		`virtaudit_store_facts{kind="record"} 468`,
	} {
		if !strings.Contains(w.Body.String(), line+"\n") {
			t.Errorf("no %s", line)
		}
	}
	if strings.Contains(w.Body.String(), `source_lag_seconds{source="proc"`) || w.Code != 200 {
		t.Errorf("the metrics: %d: %s", w.Code, w.Body)
	}
	if w := get(s, "/metrics?x=1"); w.Code != 400 {
		t.Errorf("an unknown parameter: %d", w.Code)
	}
}

// TestTooManyScrapes: who asks for metrics while they are being gathered too often
// gets a problem.
func TestTooManyScrapes(t *testing.T) {
	c := testConfig(demo(t))
	entered, free := make(chan struct{}), make(chan struct{})
	status := c.Status
	c.Status = func() Status {
		entered <- struct{}{}
		<-free
		return status()
	}
	s := newServer(t, c)
	var scrapes sync.WaitGroup
	for range maxScrapes {
		scrapes.Go(func() {
			if w := get(s, "/metrics"); w.Code != http.StatusOK {
				t.Errorf("one of several scrapes: %d: %s", w.Code, w.Body)
			}
		})
	}
	for range maxScrapes {
		<-entered
	}
	w := get(s, "/metrics")
	close(free)
	scrapes.Wait()
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || p.Status != http.StatusServiceUnavailable || w.Code != p.Status ||
		w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("Retry-After") == "" {
		t.Errorf("one scrape too many: %d, %v: %s", w.Code, w.Header(), w.Body)
	}
}
