package cli

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestEmitDoc runs the commands of docs/emit.md on the XML there.
func TestEmitDoc(t *testing.T) {
	doc, err := os.ReadFile("../../docs/emit.md")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(doc, []byte("**Don't use it for guests that libvirt runs.**")) {
		t.Error("the page doesn't say where not to use the command")
	}
	t.Chdir(t.TempDir())
	files := blocks(doc, "xml")
	if len(files) != 2 {
		t.Fatalf("%d pieces of XML, want those of web1.xml and rng.xml", len(files))
	}
	for i, name := range []string{"web1.xml", "rng.xml"} {
		if err := os.WriteFile(name, []byte(files[i]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	commands := strings.Split(strings.Join(blocks(doc, "console"), ""), "$ virtaudit ")[1:]
	if len(commands) != 3 {
		t.Errorf("%d commands, want 3", len(commands))
	}
	for _, c := range commands {
		args, want, _ := strings.Cut(c, "\n")
		var out, said bytes.Buffer
		status := Run("", strings.Fields(args), Streams{In: strings.NewReader(""), Out: &out, Err: &said})
		if status != exitOK || said.Len() > 0 || out.String() != want {
			t.Errorf("%s: status %d, %s\n%swant\n%s", args, status, said.Bytes(), out.Bytes(), want)
		}
	}
}

// blocks gives what stands between fences of that language.
func blocks(doc []byte, language string) []string {
	var found []string
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllSubmatch(doc, -1) {
		found = append(found, string(m[1]))
	}
	return found
}
