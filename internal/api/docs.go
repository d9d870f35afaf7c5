package api

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"sync"
)

//go:embed viewer/index.html viewer/start.js viewer/swagger-ui-bundle.js viewer/swagger-ui.css
var viewer embed.FS

// docsPolicy has the browser load nothing but what the server embeds, and talk
// to nobody else.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// mountDocs serves the OpenAPI document, which is made when it is first asked
// for, and its viewer.
func (s *Server) mountDocs() {
	document := sync.OnceValues(func() ([]byte, error) { return json.Marshal(s.finishDocument()) })
	s.public("GET /openapi.json", func(c *call) {
		body, err := document()
		if err != nil {
			panic(fmt.Errorf("encode the OpenAPI document: %w", err))
		}
		c.answer(http.StatusOK, body)
	})
	files, err := fs.Sub(viewer, "viewer")
	if err != nil {
		panic("api: embedded viewer: " + err.Error())
	}
	server := http.StripPrefix("/docs/", http.FileServerFS(files))
	s.public("GET /docs/", func(c *call) {
		h := c.Header()
		h.Set("Content-Security-Policy", docsPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "public, max-age=3600")
		server.ServeHTTP(c, c.request)
	})
	s.public("GET /docs", func(c *call) {
		http.Redirect(c, c.request, "/docs/", http.StatusMovedPermanently)
	})
}

// public mounts an address that needs no token and is no operation.
func (s *Server) public(pattern string, handler func(*call)) {
	s.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		c := w.(*call)
		c.request, c.matched = r, true
		handler(c)
	})
}
