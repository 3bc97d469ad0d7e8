package web

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"testing"
)

// maxBundle is how large scripts and styles may be, compressed.
const maxBundle = 60_000

func TestBundleIsSmall(t *testing.T) {
	t.Parallel()
	total := 0
	for name, body := range readAll(t, Files()) {
		if ext := path.Ext(name); ext != ".js" && ext != ".css" {
			continue
		}
		var b bytes.Buffer
		w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(body); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		total += b.Len()
	}
	if total == 0 || total >= maxBundle {
		t.Errorf("scripts and styles are %d bytes, compressed; want some and less than %d", total, maxBundle)
	}
}

// TestDistIsBuiltFromSource builds the page anew and compares. It needs Node and
// what `npm ci` installs.
func TestDistIsBuiltFromSource(t *testing.T) {
	t.Parallel()
	node := needNode(t)
	built := filepath.Join(t.TempDir(), "dist")
	if out, err := exec.CommandContext(t.Context(), node, "build.mjs", built).CombinedOutput(); err != nil {
		t.Fatalf("build.mjs: %v\n%s", err, out)
	}
	want, got := readAll(t, os.DirFS(built)), readAll(t, Files())
	for name := range got {
		if _, ok := want[name]; !ok {
			t.Errorf("dist/%s is built no more", name)
		}
	}
	for name, body := range want {
		if !bytes.Equal(got[name], body) {
			t.Errorf("dist/%s is not what the sources build: run `npm run build`", name)
		}
	}
}

// TestTypes checks the types, which the build only takes away.
func TestTypes(t *testing.T) {
	t.Parallel()
	node := needNode(t)
	if out, err := exec.CommandContext(t.Context(), node, "node_modules/typescript/bin/tsc", "--noEmit").CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// needNode skips where there is no Node, or not what the lockfile pins.
func needNode(t testing.TB) (node string) {
	t.Helper()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no Node")
	}
	if _, err := os.Stat("node_modules/.package-lock.json"); err != nil {
		t.Skip("run `npm ci` in web first")
	}
	return node
}

// readAll gives the bytes of all files by name.
func readAll(t *testing.T, files fs.FS) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		all[name] = body
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
