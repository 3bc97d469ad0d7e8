package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// forbidden are the parts of the standard library that a package without
// outside in its row may not import: what they hold enters as a parameter.
var forbidden = []string{
	"os/...", "net", "net/http/...", "net/rpc/...", "io/fs", "io/ioutil", "path/filepath",
	"syscall/...", "log/...", "database/sql/...", "crypto/rand", "plugin",
}

// forbiddenUses are the same in packages that are good for other things too.
var forbiddenUses = []string{
	"time.Now", "time.Since", "time.Until", "time.Sleep", "time.After", "time.AfterFunc",
	"time.Tick", "time.NewTicker", "time.NewTimer", "time.Local", "time.LoadLocation",
	"fmt.Print", "fmt.Printf", "fmt.Println", "fmt.Scan", "fmt.Scanf", "fmt.Scanln",
}

// violations says what is wrong with a package, one line a fault.
func violations(p pkg) []string {
	if p.fault != "" {
		return []string{fmt.Sprintf("%s: %s", p.path, p.fault)}
	}
	found := commentFaults(p)
	r := ruleFor(p.path)
	if r == nil {
		return append(found, p.path+" is not in the dependency map: add it to internal/archtest/map_test.go")
	}
	for _, i := range p.imports {
		found = append(found, importFaults(p.path, r, i)...)
	}
	if isPublic(p.path) {
		for _, i := range p.testImports {
			found = append(found, publicTestFaults(p.path, r, i)...)
		}
	}
	if !r.outside {
		found = append(found, outsideFaults(p)...)
	}
	return found
}

func commentFaults(p pkg) []string {
	if p.comment == "" {
		return []string{p.path + " has no package comment"}
	}
	if want := "Package " + p.name + " "; p.name != "main" && !strings.HasPrefix(p.comment, want) {
		return []string{fmt.Sprintf("%s: the package comment does not begin with %q", p.path, want)}
	}
	return nil
}

func importFaults(path string, r *rule, i ref) []string {
	if own, ok := ownPath(i.name); ok {
		if inAnyTree(own, r.may) {
			return nil
		}
		return []string{fmt.Sprintf("%s: %s must not import %s; of ours it may import %s", i.at, path, own, listOf(r.may))}
	}
	if isStandard(i.name) || fromModule(i.name, r.modules) {
		return nil
	}
	return []string{fmt.Sprintf("%s: %s must not import %s; of others it may import %s", i.at, path, i.name, listOf(r.modules))}
}

// publicTestFaults are those of a public package's tests: they may use all
// that is public, as its users can, and no module that the package does not.
func publicTestFaults(path string, r *rule, i ref) []string {
	own, isOurs := ownPath(i.name)
	switch {
	case isOurs && isPublic(own), isStandard(i.name), fromModule(i.name, r.modules):
		return nil
	case isOurs:
		return []string{fmt.Sprintf("%s: %s is public, so its tests must not import %s", i.at, path, own)}
	}
	return []string{fmt.Sprintf("%s: %s is public, so its tests must not import %s; of others they may import %s",
		i.at, path, i.name, listOf(r.modules))}
}

func outsideFaults(p pkg) []string {
	var found []string
	for _, i := range p.imports {
		if inAnyTree(i.name, forbidden) {
			found = append(found, fmt.Sprintf("%s: %s must not import %s; files, sockets and processes enter as parameters", i.at, p.path, i.name))
		}
	}
	for _, u := range p.uses {
		if slices.Contains(forbiddenUses, u.name) {
			found = append(found, fmt.Sprintf("%s: %s must not use %s; the time and the streams enter as parameters", u.at, p.path, u.name))
		}
	}
	return found
}

// ownPath gives the path in the module of a package of ours.
func ownPath(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// isStandard goes by the first element, which names a host in all other
// imports. "C" is none: the project builds without cgo.
func isStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	return !strings.Contains(first, ".") && importPath != "C"
}

// fromModule also takes the later major versions of a module, .../v2 and up.
func fromModule(importPath string, modules []string) bool {
	return slices.ContainsFunc(modules, func(m string) bool { return inTree(importPath, m+"/...") })
}

func listOf(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
