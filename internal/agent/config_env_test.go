package agent

import (
	"strings"
	"testing"
)

// TestCheckEnv: what is meant as a setting is refused, what somebody else may have
// put there isn't.
func TestCheckEnv(t *testing.T) {
	for name, meant := range map[string]string{
		"VIRTAUDIT_LISTENTCP": "VIRTAUDIT_LISTEN_TCP", "VIRTAUDIT_RETENTON": "VIRTAUDIT_RETENTION",
		"VIRTAUDIT_LOGSOURCE": "VIRTAUDIT_LOG_SOURCE", "VIRTAUDIT_LIBVRIT": "VIRTAUDIT_LIBVIRT",
		"VIRTAUDIT_NODES": "VIRTAUDIT_NODE", "VIRTAUDIT_store": "VIRTAUDIT_STORE",
		"VIRTAUDIT_TOKENFILE": "VIRTAUDIT_TOKEN_FILE",
	} {
		err := CheckEnv([]string{"PATH", name})
		if err == nil || err.Error() != name+": there is no such setting; did you mean "+meant+"?" {
			t.Errorf("%s: %v", name, err)
		}
	}
	others := []string{
		"HOME", "VIRTAUDIT", "XVIRTAUDIT_NOD", "VIRTAUDIT_", "VIRTAUDIT_CONFIG", "VIRTAUDIT_PORT", "VIRTAUDIT_SERVICE_HOST",
		"VIRTAUDIT_TOKEN", "VIRTAUDIT_URL", "VIRTAUDIT_FAIL_ON_SKIP", "VIRTAUDIT_" + strings.Repeat("X", 1<<20),
	}
	for i := range Settings {
		others = append(others, Settings[i].Env())
	}
	if err := CheckEnv(others); err != nil {
		t.Error(err)
	}
}
