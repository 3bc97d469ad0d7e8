package web

import (
	"strings"
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
		t.Errorf("%d: %s", w.Code, w.Body)
	}
	if w := get(s, "/metrics?x=1"); w.Code != 400 {
		t.Errorf("an unknown parameter: %d", w.Code)
	}
}
