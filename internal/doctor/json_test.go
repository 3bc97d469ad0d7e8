package doctor

import (
	"strings"
	"testing"
)

func TestJSON(t *testing.T) {
	var b strings.Builder
	if err := JSON(&b, []Check{some[0], {"log", Wrong, "a <b> & \xff", "see it"}}); err != nil {
		t.Fatal(err)
	}
	const want = `{
  "state": "wrong",
  "checks": [
    {
      "name": "auditd",
      "state": "ok",
      "detail": "running, process 4711"
    },
    {
      "name": "log",
      "state": "wrong",
      "detail": "a <b> & \ufffd",
      "advice": "see it"
    }
  ]
}
`
	if b.String() != want {
		t.Errorf("%s\nwant\n%s", b.String(), want)
	}
}
