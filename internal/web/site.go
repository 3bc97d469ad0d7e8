package web

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// site serves the files of the page, which are few and small: all are kept, each
// with its ETag. Every other path is a view of the page, so it gets index.html.
type site struct {
	files map[string]*answer // by path
}

const indexPath = "/index.html"

func newSite(files fs.FS) (*site, error) {
	p := &site{files: map[string]*answer{}}
	if files == nil {
		return p, nil
	}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		p.files["/"+name] = &answer{kind: mediaType(name), body: body, etag: `W/"` + hex.EncodeToString(sum[:12]) + `"`}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("web: page: %w", err)
	}
	if p.files[indexPath] == nil {
		return nil, errors.New("web: page: there is no index.html")
	}
	return p, nil
}

// mediaTypes are those of the page's files, whatever the host's tables say.
var mediaTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".svg":  "image/svg+xml",
	".json": jsonType,
}

func mediaType(name string) string {
	if t := mediaTypes[path.Ext(name)]; t != "" {
		return t
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// ServeHTTP serves a file, or the page for one of its views.
func (p *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		newProblem(http.StatusMethodNotAllowed, "nothing can be changed: there are GET and HEAD").write(w)
		return
	}
	file := p.files[r.URL.Path]
	if file == nil && !isAPI(r.URL.Path) {
		file = p.files[indexPath]
	}
	if file == nil {
		notFound("there is no %.200q", r.URL.Path).write(w)
		return
	}
	file.send(w, r)
}

// isAPI tells whether a path would be the service's and no view.
func isAPI(path string) bool {
	return path == "/api" || strings.HasPrefix(path, "/api/") ||
		path == "/healthz" || path == "/readyz" || path == "/metrics"
}
