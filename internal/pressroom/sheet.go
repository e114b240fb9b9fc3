package pressroom

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"

	"entente.example/lang"
)

// sheet is an answer that everybody gets alike.
type sheet struct {
	media                string
	language             lang.Tag
	forever              bool   // its address changes with its bytes
	links                string // what else belongs to it, for a Link header (RFC 8288)
	later                bool   // nobody gets what they asked for now: it is for who asks too often, and kept by nobody
	body                 []byte
	packed               []byte // gzip; nil if it does not help
	etag                 string
	header               http.Header // ready to be sent, and never changed
	length, packedLength []string
	head, packedHead     *fasthttp.ResponseHeader // the same for the listener
}

var gzipped = []string{"gzip"}

// finish packs a sheet and prepares its headers.
func (x *sheet) finish() {
	sum := sha256.Sum256(x.body)
	x.etag, x.length = `W/"`+base64.RawURLEncoding.EncodeToString(sum[:12])+`"`, []string{strconv.Itoa(len(x.body))}
	x.header = http.Header{"Content-Type": {x.media}, "Cache-Control": {"public, max-age=60"}, // a correction is seen a minute later at most
		"Etag": {x.etag}, "Vary": {"Accept-Encoding"}}
	maps.Copy(x.header, guards())
	if x.forever {
		x.header["Cache-Control"] = []string{"public, max-age=31536000, immutable"}
	}
	if x.later {
		x.header["Cache-Control"], x.header["Retry-After"] = []string{"no-store"}, []string{"60"}
	}
	if x.language != "" {
		x.header["Content-Language"] = []string{string(x.language)}
	} else {
		x.header["Access-Control-Allow-Origin"] = []string{"*"} // anybody's page may check these bytes
	}
	if x.links != "" {
		x.header["Link"] = []string{x.links}
	}
	x.head = new(fasthttp.ResponseHeader)
	setAll(x.head, x.header)
	if len(x.body) < 1400 || packedAlready(x.media) {
		return
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression) // once for all readers
	if err != nil {
		return
	}
	_, _ = z.Write(x.body) // a buffer takes everything
	if z.Close() == nil && b.Len() < len(x.body) {
		x.packed, x.packedLength = b.Bytes(), []string{strconv.Itoa(b.Len())}
		x.packedHead = new(fasthttp.ResponseHeader)
		setAll(x.packedHead, x.header)
		x.packedHead.Set("Content-Encoding", "gzip")
	}
}

func packedAlready(media string) bool {
	return media == "application/zip" || media == "application/octet-stream" || media == "image/png" || media == mediaPDF
}

func (x *sheet) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	maps.Copy(h, x.header)
	if x.known(r.Header.Get("If-None-Match")) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body, length := x.body, x.length
	if x.packed != nil && unpacks(r.Header.Get("Accept-Encoding")) {
		h["Content-Encoding"] = gzipped
		body, length = x.packed, x.packedLength
	}
	h["Content-Length"] = length // known: no chunks
	w.WriteHeader(x.status())
	_, _ = w.Write(body) // the reader has gone if this fails
}

func (x *sheet) status() int {
	if x.later {
		return http.StatusTooManyRequests
	}
	return http.StatusOK
}

// known reports whether a reader who names these tags has it already (RFC 9110 13.1.2).
func (x *sheet) known(tags string) bool {
	for tag := range strings.SplitSeq(tags, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || tag != "" && strings.TrimPrefix(tag, "W/") == x.etag[len("W/"):] {
			return true
		}
	}
	return false
}

// unpacks reports whether a reader takes gzip (RFC 9110 12.5.3).
func unpacks(accepts string) bool {
	for coding := range strings.SplitSeq(accepts, ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		_, q, _ := strings.Cut(weight, "=")
		return strings.Trim(strings.TrimSpace(q), "0.") != "" || strings.TrimSpace(q) == ""
	}
	return false
}
