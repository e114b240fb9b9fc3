package reminder

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"entente.example/internal/config"
	"entente.example/internal/outbound"
	"entente.example/refusal"
)

// Word is what programs are told: how much awaits our side in a mechanism.
type Word struct {
	Mechanism string   `json:"mechanism"`
	Awaits    int      `json:"awaits"`
	At        string   `json:"at"`
	Link      string   `json:"link"`
	Items     []string `json:"items,omitempty"` // only if the operator said so
}

// Hooks speak to the addresses of the configuration. For each address and mechanism there is at most one word to deliver: a newer one takes the place of one that could not be.
type Hooks struct {
	o     HookOptions
	http  *http.Client
	ready map[hookKey]*pending
}

// HookOptions are what hooks are made of.
type HookOptions struct {
	Hooks config.Hooks
	Key   string // what words are signed with
	Now   func() time.Time
	Log   *slog.Logger
}

type hookKey struct{ url, mechanism string }

// pending is a word that is not delivered yet.
type pending struct {
	id    string
	body  []byte
	tries int
	next  time.Time
}

const (
	hookTimeout = 10 * time.Second
	maxTries    = 8 // the last some four hours after the first
	maxAnswer   = 4 << 10
)

// NewHooks prepares them. Nothing is sent before Deliver.
func NewHooks(o HookOptions) *Hooks {
	return &Hooks{o: o, ready: map[hookKey]*pending{}, http: outbound.New(o.Hooks.Private, hookTimeout)}
}

// Say notes a word for every address.
func (h *Hooks) Say(w Word) error {
	if !h.o.Hooks.Titles {
		w.Items = nil
	}
	body, err := json.Marshal(w)
	if err != nil {
		return err
	}
	for _, url := range h.o.Hooks.URLs {
		var id [12]byte
		if _, err := rand.Read(id[:]); err != nil {
			return err
		}
		h.ready[hookKey{url, w.Mechanism}] = &pending{id: "msg_" + hex.EncodeToString(id[:]), body: body, next: h.o.Now()}
	}
	return nil
}

// Deliver tries every word whose time has come, and says how many are left.
func (h *Hooks) Deliver(ctx context.Context) int {
	for key, p := range h.ready {
		if h.o.Now().Before(p.next) {
			continue
		}
		err := h.post(ctx, key.url, p)
		if err == nil {
			delete(h.ready, key)
			continue
		}
		p.tries++
		p.next = h.o.Now().Add(time.Minute << p.tries)
		if p.tries >= maxTries {
			delete(h.ready, key)
		}
		h.o.Log.WarnContext(ctx, "a webhook was not delivered", "tries", p.tries, "given_up", p.tries >= maxTries, "error", err)
	}
	return len(h.ready)
}

// post sends one word, signed as Standard Webhooks has it.
func (h *Hooks) post(ctx context.Context, url string, p *pending) error {
	at := strconv.FormatInt(h.o.Now().Unix(), 10)
	return post(ctx, h.http, url, "application/json", p.body, map[string]string{"webhook-id": p.id, "webhook-timestamp": at, "webhook-signature": "v1," + Sign(h.o.Key, p.id, at, p.body)})
}

// post sends a body with some header fields and reports why it was not taken.
func post(ctx context.Context, c *http.Client, url, kind string, body []byte, fields map[string]string) error {
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "entente")
	for name, value := range fields {
		r.Header.Set(name, value)
	}
	answer, err := c.Do(r)
	if err != nil {
		return errors.New("no answer: " + cause(err))
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxAnswer))
	_ = answer.Body.Close()
	if answer.StatusCode < 200 || answer.StatusCode > 299 {
		return fmt.Errorf("answered %d", answer.StatusCode)
	}
	return nil
}

// cause says why without the address, which may hold a secret.
func cause(err error) string {
	switch {
	case errors.Is(err, outbound.ErrPrivate):
		return outbound.ErrPrivate.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "too slow"
	}
	return "unreachable"
}

// keyPrefix begins a key as Standard Webhooks writes it: the bytes follow in base64, and whoever verifies with a library of theirs reads it so.
const keyPrefix = "whsec_"

// CheckKey refuses what begins like a key of Standard Webhooks and is none.
func CheckKey(key string) error {
	if rest, ok := strings.CutPrefix(key, keyPrefix); ok {
		if raw, err := base64.StdEncoding.DecodeString(rest); err != nil || len(raw) == 0 {
			return refusal.New(refusal.Invalid, "config.bad_value", "setting", "hooks.key_file")
		}
	}
	return nil
}

// Sign is the signature over a word. A key that does not begin as Standard Webhooks has it counts as it stands.
func Sign(key, id, at string, body []byte) string {
	secret := []byte(key)
	if rest, ok := strings.CutPrefix(key, keyPrefix); ok {
		secret, _ = base64.StdEncoding.DecodeString(rest) // CheckKey has read it
	}
	m := hmac.New(sha256.New, secret)
	_, _ = m.Write([]byte(id + "." + at + "."))
	_, _ = m.Write(body)
	return base64.StdEncoding.EncodeToString(m.Sum(nil))
}
