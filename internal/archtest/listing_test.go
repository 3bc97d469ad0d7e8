package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// module is the path that makes an import one of ours.
const module = "github.com/virtaudit/virtaudit"

// pkg is what the checks need of one package.
type pkg struct {
	path        string // in the module: "internal/trail"
	name        string
	comment     string
	fault       string // why it cannot be read
	imports     []ref
	testImports []ref
	uses        []ref // names of other packages in its code: "time.Now"
}

// ref is an imported package or a name in it, and where it is written.
type ref struct {
	name string
	at   string // file:line
}

// listed is the part of `go list -json` that is read.
type listed struct {
	Dir, ImportPath, Name                                        string
	GoFiles, CgoFiles, IgnoredGoFiles, TestGoFiles, XTestGoFiles []string
	Error                                                        *struct{ Err string }
}

const listedFields = "Dir,ImportPath,Name,GoFiles,CgoFiles,IgnoredGoFiles,TestGoFiles,XTestGoFiles,Error"

// load reads every package of the module at root.
func load(root string) ([]pkg, error) {
	cmd := exec.Command("go", "list", "-e", "-json="+listedFields, "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.String())
	}
	return decode(out)
}

func decode(listing []byte) ([]pkg, error) {
	var pkgs []pkg
	for dec := json.NewDecoder(bytes.NewReader(listing)); ; {
		var l listed
		err := dec.Decode(&l)
		if errors.Is(err, io.EOF) {
			return pkgs, nil
		}
		if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		pkgs = append(pkgs, read(l))
	}
}

// read parses the package's files. IgnoredGoFiles are those of other platforms
// and programs for `go run`.
func read(l listed) pkg {
	p := pkg{path: strings.TrimPrefix(l.ImportPath, module+"/"), name: l.Name}
	files := slices.Concat(l.GoFiles, l.CgoFiles, l.IgnoredGoFiles, l.TestGoFiles, l.XTestGoFiles)
	if l.Error != nil && len(files) == 0 {
		p.fault = l.Error.Err
	}
	for _, file := range files {
		if err := p.readFile(l.Dir, file); err != nil {
			p.fault = err.Error()
		}
	}
	return p
}

func (p *pkg) readFile(dir, file string) error {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, filepath.Join(dir, file), nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	at := func(n ast.Node) string {
		return fmt.Sprintf("%s:%d", path.Join(p.path, file), fset.Position(n.Pos()).Line)
	}
	imports, names := importsOf(f, at)
	if p.name == "" {
		p.name = f.Name.Name
	}
	if f.Doc != nil && f.Name.Name == p.name && p.comment == "" {
		p.comment = f.Doc.Text()
	}
	if strings.HasSuffix(file, "_test.go") || f.Name.Name != p.name {
		p.testImports = append(p.testImports, imports...)
		return nil
	}
	p.imports = append(p.imports, imports...)
	p.uses = append(p.uses, usesOf(f, names, at)...)
	return nil
}

// importsOf gives a file's imports, and the import path of each name that they
// give to a package.
func importsOf(f *ast.File, at func(ast.Node) string) ([]ref, map[string]string) {
	var imports []ref
	names := map[string]string{}
	for _, spec := range f.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue // the parser takes no other
		}
		name := path.Base(imported)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = imported
		imports = append(imports, ref{imported, at(spec)})
	}
	return imports, names
}

// usesOf gives the names that a file takes from the packages that it imports.
func usesOf(f *ast.File, names map[string]string, at func(ast.Node) string) []ref {
	var uses []ref
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && names[x.Name] != "" {
			uses = append(uses, ref{names[x.Name] + "." + sel.Sel.Name, at(sel)})
		}
		return true
	})
	return uses
}
