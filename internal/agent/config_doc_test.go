package agent

import (
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write what Settings say into dist/config.yaml and docs/serve.md")

// TestExample holds the file that is installed to the settings: it names all
// with their defaults, so that it changes nothing, as it is or uncommented.
func TestExample(t *testing.T) {
	const file = "../../dist/config.yaml"
	var b strings.Builder
	b.WriteString("# The settings of virtaudit serve, with their defaults. docs/serve.md says more.\n")
	for i := range Settings {
		s := &Settings[i]
		doc := strings.ToUpper(s.Doc[:1]) + s.Doc[1:] + strings.ReplaceAll(choices(s), "`", "")
		fmt.Fprintf(&b, "\n# %s.\n#%s: %s\n", doc, s.Name, inYAML(s))
	}
	golden(t, file, "", "", b.String())

	want, err := Load("none.yaml", false, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	uncommented := strings.ReplaceAll("\n"+string(text), "\n#", "\n")
	uncommented = strings.ReplaceAll(uncommented, "\n ", "\n# ")
	for _, example := range []string{string(text), uncommented} {
		c, err := Load(writeFile(t, example), true, noEnv)
		if err != nil || !reflect.DeepEqual(c, want) {
			t.Errorf("%v, %+v, want\n%+v of\n%s", err, c, want, example)
		}
	}
}

// inYAML gives a setting's default as the file has it.
func inYAML(s *Setting) string {
	switch {
	case s.Default == "" && s.List:
		return "[]"
	case s.Default == "":
		return `""`
	}
	return s.Default
}

// TestDocument holds the table of docs/serve.md to the settings.
func TestDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("| setting | default | what |\n|---|---|---|\n")
	for i := range Settings {
		s := &Settings[i]
		def := "`" + s.Default + "`"
		if s.Default == "" {
			def = "empty"
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s |\n", s.Name, def, s.Doc+choices(s))
	}
	golden(t, "../../docs/serve.md", "<!-- settings -->\n", "<!-- end of settings -->\n", b.String())
}

func choices(s *Setting) string {
	switch {
	case len(s.Choices) == 0:
		return ""
	case s.List:
		return " (" + s.Value + "s, or `" + strings.Join(s.Choices, "` or `") + "`)"
	}
	return " (`" + strings.Join(s.Choices, "`, `") + "`)"
}

// golden compares a file, or what is in it between two lines.
func golden(t *testing.T, file, from, to, want string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil && !*update {
		t.Fatal(err)
	}
	before, got, after := "", string(text), ""
	if from != "" {
		var begins, ends bool
		before, got, begins = strings.Cut(got, from)
		got, after, ends = strings.Cut(got, to)
		if !begins || !ends {
			t.Fatalf("%s: no %q before %q", file, from, to)
		}
		before, after = before+from, to+after
	}
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("%s is not what the settings say; go test -update writes it:\n%s", file, want)
	}
	if err := os.WriteFile(file, []byte(before+want+after), 0o644); err != nil {
		t.Fatal(err)
	}
}
