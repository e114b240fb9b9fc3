package api

import (
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/refusal"
)

// Logs as files: what any client of C2SP tlog-tiles reads. They are bytes, not JSON, so the library does not serve them.

// logPath is the prefix that such a client is given.
const logPath = "/mechanisms/{mechanism}/logs/{party}/{generation}/"

func logOperations() []*huma.Operation {
	param := func(name, doc string) *huma.Param {
		return &huma.Param{Name: name, In: "path", Required: true, Description: doc, Schema: &huma.Schema{Type: huma.TypeString}}
	}
	return []*huma.Operation{{Method: http.MethodGet, Path: logPath + "{file}", OperationID: "log.file", Summary: "A party's log as C2SP tlog-tiles",
		Description: "file is checkpoint, tile/…, as in C2SP tlog-tiles; vkeys, the log's verifier keys; receipts/PARTY, the log's newest head that this party has cosigned, and receipts/PARTY.vkeys.",
		Parameters:  []*huma.Param{param("mechanism", "Short name, or at least four digits of the id; '-' for the only one"), param("party", "Whose log"), param("generation", "1 for the first"), param("file", "May contain slashes")},
		Responses:   map[string]*huma.Response{"200": {Description: "The file", Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}}}}}
}

// logFiles serves the logs.
func (s *server) logFiles(mux *http.ServeMux) {
	mux.HandleFunc("GET "+logPath+"{file...}", s.logFile)
}

// logFile serves one file of a log.
func (s *server) logFile(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	mech, err := s.mech(ctx, InMechanism{r.PathValue("mechanism")})
	var b []byte
	name := r.PathValue("file")
	if err == nil {
		gen, _ := strconv.Atoi(r.PathValue("generation"))
		b, err = s.c.LogFile(ctx, mech, r.PathValue("party"), gen, name)
	}
	if err != nil {
		ref := refusal.As(err)
		refuse(w, r, statuses[ref.Kind], ref)
		return
	}
	kind := "application/octet-stream"
	if len(name) < 5 || name[:5] != "tile/" {
		kind = "text/plain; charset=utf-8"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = w.Write(b)
}
