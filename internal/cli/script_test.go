package cli

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what commands print into the scripts that compare it")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"virtaudit": func() { os.Exit(Main("v1.2.3-test")) },
	})
}

// TestScripts runs testdata/script: what a user types and gets, a script a
// feature. Beside testscript's own commands and conditions they use those of
// scriptcmd_test.go.
func TestScripts(t *testing.T) {
	data, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join(data, "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "UTC")
			env.Setenv("LC_ALL", "C.UTF-8")
			env.Setenv("DATA", data)
			env.Setenv("EXE", exe)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "full": full, "closed": closed,
			"pack": pack, "rotate": rotate, "truncate": truncate,
			"repeat": repeat, "append": appendFile, "keep": keep,
		},
		Condition:          condition,
		RequireUniqueNames: true,
		UpdateScripts:      *update,
	})
}
