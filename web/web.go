// Package web is the page in which the trail is looked at: what a browser gets
// from `virtaudit serve`. Its sources are in src and static, Preact and
// TypeScript; dist is what `npm run build` makes of them, kept with the sources
// so that building virtaudit needs no Node.
//
// The page knows nothing that the HTTP API doesn't tell it, asks no other host,
// and needs no inline script or style.
package web

import (
	"embed"
	"io/fs"
)

//go:embed dist
var dist embed.FS

// Files gives the page's files: index.html, app.js, app.css and an icon. Any
// path that is no file is an address within the page, for which index.html is
// the answer.
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is no path: it is the constant above
	}
	return files
}
