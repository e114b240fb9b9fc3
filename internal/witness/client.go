package witness

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/outbound"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Head is what a log asks to have cosigned.
type Head struct {
	Note []byte // with the log's own signatures alone: ledger.Bare
	Size int64
	// Prove proves that the log's first old entries are as they were.
	Prove func(old int64) ([]ledger.Hash, error)
}

// answerTime is how long a witness may take.
const answerTime = 20 * time.Second

// NewClient asks witnesses of our own choice. It follows no redirection: whoever is meant is in the list.
func NewClient() *http.Client {
	return &http.Client{Timeout: answerTime, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// NewNamedClient asks witnesses that the parties named; in private networks only if that is allowed.
func NewNamedClient(private bool) *http.Client { return outbound.New(private, answerTime) }

// Submit has a head cosigned. old is the size that the witness cosigned last as far as we know; if it knows better, it is asked once more from there. The answer is the note with the
// witness's lines, each verified.
func Submit(ctx context.Context, client *http.Client, p Peer, old int64, h Head) (note []byte, at int64, err error) {
	ahead := func(size int64) error {
		return refusal.New(refusal.Conflict, "witness.ahead", "name", p.Name(), "size", strconv.FormatInt(size, 10), "ours", strconv.FormatInt(h.Size, 10))
	}
	if old > h.Size {
		return nil, 0, ahead(old)
	}
	for again := range 2 {
		var proof []ledger.Hash
		if old > 0 && old < h.Size {
			if proof, err = h.Prove(old); err != nil {
				return nil, 0, err
			}
		}
		status, kind, body, err := post(ctx, client, p, ledger.FormatSubmission(old, proof, h.Note))
		if err != nil {
			return nil, 0, err
		}
		if status == http.StatusOK {
			return ledger.TakeCosignatures(h.Note, body, p.Keys)
		}
		size, told := sizeIn(kind, body)
		switch {
		case status == http.StatusConflict && told && size > h.Size:
			return nil, 0, ahead(size)
		case status == http.StatusConflict && told && size != old && again == 0:
			old = size
		default:
			return nil, 0, refused(p, status)
		}
	}
	return nil, 0, refused(p, http.StatusConflict)
}

// refused says what an answer that is no cosignature means.
func refused(p Peer, status int) error {
	key := map[int]string{http.StatusNotFound: "witness.unknown_log", http.StatusForbidden: "witness.other_key", http.StatusConflict: "witness.contradicts",
		http.StatusUnprocessableEntity: "witness.not_consistent"}[status]
	if key == "" {
		return refusal.New(refusal.Unavailable, "witness.bad_answer", "name", p.Name(), "status", strconv.Itoa(status))
	}
	return refusal.New(refusal.Conflict, key, "name", p.Name())
}

func post(ctx context.Context, client *http.Client, p Peer, body []byte) (status int, kind string, answer []byte, err error) {
	away := refusal.New(refusal.Unavailable, "witness.unreachable", "name", p.Name())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.URL+"/add-checkpoint", bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, away.Because(err)
	}
	r.Header.Set("Content-Type", "text/plain; charset=utf-8")
	r.Header.Set("User-Agent", "entente")
	a, err := client.Do(r)
	if errors.Is(err, outbound.ErrPrivate) {
		return 0, "", nil, refusal.New(refusal.Denied, "witness.private", "name", p.Name(), "url", p.URL)
	}
	if err != nil {
		return 0, "", nil, away.Because(err)
	}
	defer a.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(a.Body, ledger.MaxNote+1))
	if err != nil {
		return 0, "", nil, away.Because(err)
	}
	return a.StatusCode, a.Header.Get("Content-Type"), answer, nil
}

// sizeType is the media type of an answer that says what a witness has cosigned.
const sizeType = "text/x.tlog.size"

func sizeIn(kind string, body []byte) (int64, bool) {
	digits, ok := strings.CutSuffix(string(body), "\n")
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, ok && kind == sizeType && err == nil && n >= 0 && n <= ledger.MaxSize && strconv.FormatInt(n, 10) == digits
}
