// Package archtest holds the tree to its dependency map: which package may
// import which, who may touch files, sockets and the clock, and that every
// package says in a comment what it is. The map is the table in map_test.go;
// a package that is not in it fails, so that its place is decided, not found.
//
// It reads the source files of all platforms, not only of the one it runs on.
// It knows imports and names, not types: a variable that is called like an
// imported package may be taken for it.
package archtest

import "testing"

func TestTree(t *testing.T) {
	pkgs, err := load("../..")
	if err != nil {
		t.Fatal(err)
	}
	if len(pkgs) == 0 {
		t.Fatal("go list names no package")
	}
	for _, p := range pkgs {
		for _, v := range violations(p) {
			t.Error(v)
		}
	}
}
