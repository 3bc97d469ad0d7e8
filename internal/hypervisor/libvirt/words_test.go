package libvirt

import (
	"fmt"
	"strings"
	"testing"

	golibvirt "github.com/digitalocean/go-libvirt"
)

// The words are in the order of libvirt's enumerations, which go-libvirt has
// from its headers.
func TestWords(t *testing.T) {
	for _, tc := range []struct {
		name  string
		words words
		named func(int) fmt.Stringer
	}{
		{"lifecycle", lifecycleWords, func(i int) fmt.Stringer { return golibvirt.DomainEventType(i) }},
		{"defined", lifecycleDetails[0], func(i int) fmt.Stringer { return golibvirt.DomainEventDefinedDetailType(i) }},
		{"undefined", lifecycleDetails[1], func(i int) fmt.Stringer { return golibvirt.DomainEventUndefinedDetailType(i) }},
		{"started", lifecycleDetails[2], func(i int) fmt.Stringer { return golibvirt.DomainEventStartedDetailType(i) }},
		{"suspended", lifecycleDetails[3], func(i int) fmt.Stringer { return golibvirt.DomainEventSuspendedDetailType(i) }},
		{"resumed", lifecycleDetails[4], func(i int) fmt.Stringer { return golibvirt.DomainEventResumedDetailType(i) }},
		{"stopped", lifecycleDetails[5], func(i int) fmt.Stringer { return golibvirt.DomainEventStoppedDetailType(i) }},
		{"shutdown", lifecycleDetails[6], func(i int) fmt.Stringer { return golibvirt.DomainEventShutdownDetailType(i) }},
		{"pmsuspended", lifecycleDetails[7], func(i int) fmt.Stringer { return golibvirt.DomainEventPMSuspendedDetailType(i) }},
		{"crashed", lifecycleDetails[8], func(i int) fmt.Stringer { return golibvirt.DomainEventCrashedDetailType(i) }},
		{"watchdog", watchdogWords, func(i int) fmt.Stringer { return golibvirt.DomainEventWatchdogAction(i) }},
		{"io error", ioErrorWords, func(i int) fmt.Stringer { return golibvirt.DomainEventIOErrorAction(i) }},
		{"graphics", graphicsWords, func(i int) fmt.Stringer { return golibvirt.DomainEventGraphicsPhase(i) }},
		{"address", addressWords, func(i int) fmt.Stringer { return golibvirt.DomainEventGraphicsAddressType(i) }},
		{"block job", blockJobWords, func(i int) fmt.Stringer { return golibvirt.DomainBlockJobType(i) }},
		{"block job status", blockJobStatusWords, func(i int) fmt.Stringer { return golibvirt.ConnectDomainEventBlockJobStatus(i) }},
		{"disk change", diskChangeWords, func(i int) fmt.Stringer { return golibvirt.ConnectDomainEventDiskChangeReason(i) }},
		{"tray", trayWords, func(i int) fmt.Stringer { return golibvirt.DomainEventTrayChangeReason(i) }},
		{"agent", agentWords, func(i int) fmt.Stringer { return golibvirt.ConnectDomainEventAgentLifecycleState(i) }},
		{"agent reason", agentReasonWords, func(i int) fmt.Stringer { return golibvirt.ConnectDomainEventAgentLifecycleReason(i) }},
		{"metadata", metadataWords, func(i int) fmt.Stringer { return golibvirt.DomainMetadataType(i) }},
		{"memory recipient", memoryRecipientWords, func(i int) fmt.Stringer { return golibvirt.DomainMemoryFailureRecipientType(i) }},
		{"memory action", memoryActionWords, func(i int) fmt.Stringer { return golibvirt.DomainMemoryFailureActionType(i) }},
		{"state", stateWords, func(i int) fmt.Stringer { return golibvirt.DomainState(i) }},
		{"running", stateReasons[1], func(i int) fmt.Stringer { return golibvirt.DomainRunningReason(i) }},
		{"paused", stateReasons[3], func(i int) fmt.Stringer { return golibvirt.DomainPausedReason(i) }},
		{"shutdown reason", stateReasons[4], func(i int) fmt.Stringer { return golibvirt.DomainShutdownReason(i) }},
		{"shutoff", stateReasons[5], func(i int) fmt.Stringer { return golibvirt.DomainShutoffReason(i) }},
		{"crashed reason", stateReasons[6], func(i int) fmt.Stringer { return golibvirt.DomainCrashedReason(i) }},
	} {
		for i, word := range tc.words {
			theirs := strings.ToLower(tc.named(i).String())
			if word != "" && !strings.HasSuffix(theirs, strings.ReplaceAll(word, "-", "")) {
				t.Errorf("%s %d is %q, libvirt has %s", tc.name, i, word, theirs)
			}
		}
		if theirs := tc.named(len(tc.words)).String(); !strings.Contains(theirs, "(") {
			t.Errorf("%s lacks %s", tc.name, theirs)
		}
	}
	if len(lifecycleDetails) != len(lifecycleWords) || len(stateReasons) >= len(stateWords)+1 {
		t.Error("the second words don't fit the first")
	}
}
