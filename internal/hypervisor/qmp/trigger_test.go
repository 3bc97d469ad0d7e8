package qmp

import "testing"

func TestTrigger(t *testing.T) {
	for _, tc := range []struct {
		event Event
		want  bool
	}{
		{Event{Name: "DEVICE_DELETED"}, true},
		{Event{Name: "BLOCK_JOB_COMPLETED"}, true},
		{Event{Name: "STOP"}, true},
		{Event{Lost: 1}, true},
		{Event{Name: "RTC_CHANGE"}, false},
		{Event{Name: "NIC_RX_FILTER_CHANGED"}, false},
	} {
		if got := tc.event.trigger(); got != tc.want {
			t.Errorf("%+v: %v", tc.event, got)
		}
	}
}
