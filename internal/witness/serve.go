package witness

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"entente.example/internal/durable"
	"entente.example/internal/keys"
	"entente.example/internal/serving"
	"entente.example/ledger"
	"entente.example/refusal"
)

// Files of a witness's directory.
const (
	KeyFile  = "witness.key"
	NameFile = "name"
	LogsFile = "logs"  // verifier keys of the logs that it cosigns, one a line; read anew with every request
	headsDir = "heads" // one file a log: what it cosigned last
)

const logsHead = `# The logs that this witness cosigns: their verifier keys, one a line. entente witness log KEY…
`

// Witness is an opened directory.
type Witness struct {
	dir    string
	name   string
	signer ledger.WitnessSigner
	keys   [2]string
	now    func() time.Time
	log    *slog.Logger
	mu     sync.Mutex // what was cosigned last is read, compared and replaced by one at a time
}

// Create makes the directory of a new witness: key, name, no log.
func Create(dir, name string) error {
	if files, err := os.ReadDir(dir); err == nil && len(files) > 0 {
		return refusal.New(refusal.Conflict, "node.directory_not_empty", "dir", dir)
	}
	if err := os.MkdirAll(filepath.Join(dir, headsDir), 0o700); err != nil {
		return fmt.Errorf("the witness's directory: %w", err)
	}
	k, err := keys.Create(filepath.Join(dir, KeyFile), rand.Reader)
	if err != nil {
		return err
	}
	if _, err := k.Cosigner(name); err != nil {
		return errors.Join(err, os.Remove(filepath.Join(dir, KeyFile)))
	}
	return errors.Join(os.WriteFile(filepath.Join(dir, LogsFile), []byte(logsHead), 0o600), os.WriteFile(filepath.Join(dir, NameFile), []byte(name+"\n"), 0o600))
}

// Open opens a directory that Create made. now and log may be nil.
func Open(dir string, now func() time.Time, log *slog.Logger) (*Witness, error) {
	name, err := os.ReadFile(filepath.Join(dir, NameFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, refusal.New(refusal.Missing, "witness.no_witness", "dir", dir)
	}
	if err != nil {
		return nil, err
	}
	w := &Witness{dir: dir, name: strings.TrimSpace(string(name)), now: now, log: log}
	if w.now == nil {
		w.now = time.Now
	}
	if w.log == nil {
		w.log = slog.New(slog.DiscardHandler)
	}
	k, err := keys.Load(filepath.Join(dir, KeyFile))
	if err != nil {
		return nil, err
	}
	if w.signer, err = k.Cosigner(w.name); err != nil {
		return nil, err
	}
	w.keys, err = w.signer.VKeys()
	return w, err
}

// VKeys are the witness's printed verifier keys, Ed25519 first.
func (w *Witness) VKeys() [2]string { return w.keys }

// Trust puts keys of a log onto the list. It counts at once.
func Trust(dir string, vkeys []string) error {
	var lines string
	for _, v := range vkeys {
		k, err := ledger.ParseNoteKey(v)
		if err != nil {
			return err
		}
		lines += k.String() + "\n"
	}
	if _, err := os.Stat(filepath.Join(dir, NameFile)); err != nil {
		return refusal.New(refusal.Missing, "witness.no_witness", "dir", dir)
	}
	f, err := os.OpenFile(filepath.Join(dir, LogsFile), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(lines)
	return errors.Join(err, f.Close())
}

// trusted are the keys of a log; none: it is not ours to cosign.
func (w *Witness) trusted(origin string) (out []ledger.NoteKey, err error) {
	b, err := os.ReadFile(filepath.Join(w.dir, LogsFile))
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(b)) {
		v := strings.TrimSpace(line)
		if !strings.HasPrefix(v, origin+"+") {
			continue
		}
		k, err := ledger.ParseNoteKey(v)
		if err != nil {
			return nil, err
		}
		out = append(out, k)
	}
	return out, nil
}

// Limits of the listener.
const (
	headerTimeout = 10 * time.Second
	bodyTimeout   = 20 * time.Second
)

// Serve cosigns until ctx ends.
func (w *Witness) Serve(ctx context.Context, l net.Listener) error {
	server := &http.Server{Handler: w, ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, WriteTimeout: bodyTimeout, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 8 << 10,
		ErrorLog: slog.NewLogLogger(w.log.Handler(), slog.LevelDebug)}
	if err := serving.Until(ctx, server, l); err != nil {
		return fmt.Errorf("witness: %w", err)
	}
	return nil
}

// ServeHTTP implements http.Handler: add-checkpoint, and nothing else.
func (w *Witness) ServeHTTP(a http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/add-checkpoint" {
		a.WriteHeader(http.StatusNotFound)
		return
	}
	if r.Method != http.MethodPost {
		a.WriteHeader(http.StatusMethodNotAllowed)
		return
	}
	b, err := io.ReadAll(http.MaxBytesReader(a, r.Body, ledger.MaxSubmission))
	if err != nil {
		a.WriteHeader(http.StatusBadRequest)
		return
	}
	status, kind, body := w.add(b)
	if kind != "" {
		a.Header().Set("Content-Type", kind)
	}
	a.WriteHeader(status)
	_, _ = a.Write(body)
}

// add judges a submission in the order that C2SP tlog-witness gives.
func (w *Witness) add(b []byte) (status int, kind string, body []byte) {
	old, proof, note, err := ledger.ParseSubmission(b)
	if err != nil {
		return http.StatusBadRequest, "", nil
	}
	cp, err := ledger.Claimed(note)
	if err != nil || old > cp.Size || old == 0 && len(proof) > 0 {
		return http.StatusBadRequest, "", nil
	}
	trusted, err := w.trusted(cp.Origin)
	if err != nil {
		w.log.Error("the list of logs is not in order; nothing is cosigned", "error", err)
		return http.StatusInternalServerError, "", nil
	}
	if len(trusted) == 0 {
		return http.StatusNotFound, "", nil
	}
	signed := false
	for _, k := range trusted {
		_, _, err := k.Open(note)
		signed = signed || err == nil
	}
	if !signed {
		return http.StatusForbidden, "", nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.cosign(cp, old, proof)
}

// cosign compares with what was cosigned last, keeps the new head, and only then signs.
func (w *Witness) cosign(cp ledger.Checkpoint, old int64, proof []ledger.Hash) (status int, kind string, body []byte) {
	last, err := w.last(cp.Origin)
	if err != nil {
		w.log.Error("what was cosigned last cannot be read; nothing is cosigned", "log", cp.Origin, "error", err)
		return http.StatusInternalServerError, "", nil
	}
	switch {
	case old != last.Size:
		return http.StatusConflict, sizeType, []byte(strconv.FormatInt(last.Size, 10) + "\n")
	case old == cp.Size && old > 0 && last.Root != cp.Root:
		w.log.Warn("a log shows another history of the same size", "log", cp.Origin, "size", old)
		return http.StatusConflict, sizeType, []byte(strconv.FormatInt(last.Size, 10) + "\n")
	case old > 0 && ledger.CheckConsistency(proof, cp.Size, cp.Root, old, last.Root) != nil:
		w.log.Warn("a log shows a history that does not continue the one before", "log", cp.Origin, "from", old, "to", cp.Size)
		return http.StatusUnprocessableEntity, "", nil
	}
	if err := w.keep(cp); err != nil {
		w.log.Error("a head could not be kept; it is not cosigned", "log", cp.Origin, "error", err)
		return http.StatusInternalServerError, "", nil
	}
	note, err := ledger.Confirm(cp, w.signer, w.now().Unix())
	if err != nil {
		return http.StatusInternalServerError, "", nil
	}
	return http.StatusOK, "text/plain; charset=utf-8", note[len(cp.Text())+1:]
}

func (w *Witness) file(origin string) string {
	sum := sha256.Sum256([]byte(origin))
	return filepath.Join(w.dir, headsDir, hex.EncodeToString(sum[:]))
}

// last is what was cosigned last of a log; nothing: size 0.
func (w *Witness) last(origin string) (ledger.Checkpoint, error) {
	b, err := os.ReadFile(w.file(origin))
	if errors.Is(err, fs.ErrNotExist) {
		return ledger.Checkpoint{Origin: origin, Root: ledger.EmptyRoot}, nil
	}
	if err != nil {
		return ledger.Checkpoint{}, err
	}
	cp, err := ledger.ParseCheckpoint(string(b))
	if err == nil && cp.Origin != origin {
		err = fmt.Errorf("%s is another log's", w.file(origin))
	}
	return cp, err
}

// keep returns when a power cut cannot bring the older head back.
func (w *Witness) keep(cp ledger.Checkpoint) error {
	name := w.file(cp.Origin)
	f, err := os.OpenFile(name+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(cp.Text())
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	return durable.Rename(name+".new", name)
}
