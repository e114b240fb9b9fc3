package goodoffices

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/mailbox"
)

// TokenHeader carries a mailbox's token.
const TokenHeader = "Mailbox-Token"

const (
	maxWait       = 60 * time.Second
	uploadTimeout = time.Minute // for one message
	sendTimeout   = time.Minute // for one message
	batchMessages = 64          // in one answer
	retryAfter    = "5"
)

// request is one of a customer who may use a mailbox.
type request struct {
	*http.Request
	customer pinned.Pin
	box      mailbox.ID
}

// refused is an answer that says no: a status, and a word for the customer's own log.
type refused struct {
	status int
	word   string
}

func (r refused) Error() string { return r.word }

// The words of refusals. They say nothing of who else is a customer or which mailboxes exist.
var (
	noCustomer  = refused{http.StatusUnauthorized, "customer"}
	noToken     = refused{http.StatusUnauthorized, "token"}
	malformed   = refused{http.StatusBadRequest, "malformed"}
	noLength    = refused{http.StatusLengthRequired, "length"}
	tooLarge    = refused{http.StatusRequestEntityTooLarge, "size"}
	tooOften    = refused{http.StatusTooManyRequests, "rate"}
	mailboxFull = refused{http.StatusTooManyRequests, "mailbox"}
	shareUsed   = refused{http.StatusTooManyRequests, "share"}
	officeFull  = refused{http.StatusInsufficientStorage, "office"}
	trouble     = refused{http.StatusServiceUnavailable, "trouble"}
)

func (f *Office) handler() http.Handler {
	uploads := make(chan struct{}, maxUploadsHere)
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /mail/{mailbox}", f.customer(true, func(w http.ResponseWriter, r request) error {
		select {
		case uploads <- struct{}{}:
			defer func() { <-uploads }()
		default:
			return tooOften
		}
		return f.deposit(w, r)
	}))
	mux.HandleFunc("GET /mail/{mailbox}", f.customer(false, f.collect))
	mux.HandleFunc("DELETE /mail/{mailbox}", f.customer(false, f.discard))
	return mux
}

// customer lets a request in whose sender is admitted and has the mailbox's key. Nothing of the body is read before. SPEC mail-token, mail-customer.
func (f *Office) customer(upload bool, serve func(http.ResponseWriter, request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		err := func() error {
			pin, err := pinned.Peer(*r.TLS, Protocol)
			if err != nil || !f.customers.has(pin) { // it may have been dismissed while it was connected
				return noCustomer
			}
			leave, ok := f.limits.enter(pin, upload, f.now())
			if !ok {
				return tooOften
			}
			defer leave()
			box, ok := mailbox.ParseID(r.PathValue("mailbox"))
			if !ok || !mailbox.Opens(r.Header.Get(TokenHeader), f.Pin(), string(pin), box) {
				return noToken
			}
			return serve(w, request{r, pin, box})
		}()
		if err == nil {
			return
		}
		no, ok := errors.AsType[refused](err)
		if !ok {
			f.log.Error("mail could not be served", "error", err)
			no = trouble
		}
		if r.ContentLength != 0 {
			w.Header().Set("Connection", "close") // whatever is still to come is not read
		}
		if no.status == http.StatusTooManyRequests || no.status >= http.StatusInternalServerError {
			w.Header().Set("Retry-After", retryAfter)
		}
		http.Error(w, no.word, no.status)
	}
}

// deposit takes one message and answers when it is durable: 201, or 204 if it lay there already.
func (f *Office) deposit(w http.ResponseWriter, r request) error {
	switch n := r.ContentLength; {
	case n < 0:
		return noLength
	case n > mailbox.MaxMessage:
		return tooLarge
	case int64(mailbox.Class(int(n))) != n:
		return malformed
	}
	if !f.limits.fill(r.customer, r.box, f.now()) {
		return tooOften
	}
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(uploadTimeout)); err != nil {
		return err
	}
	message := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, message); err != nil {
		return malformed
	}
	fresh, err := f.mail.Put(r.Context(), r.box, r.customer, message, f.now())
	switch {
	case errors.Is(err, ErrMailboxFull):
		return mailboxFull
	case errors.Is(err, ErrCustomerFull):
		return shareUsed
	case errors.Is(err, ErrOfficeFull):
		return officeFull
	case err != nil:
		return err
	case !fresh:
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	f.waiting.filled(r.box)
	w.WriteHeader(http.StatusCreated)
	return nil
}

// collect answers with the oldest messages of a mailbox, and waits for one as long as the customer asked: 204 if none came.
func (f *Office) collect(w http.ResponseWriter, r request) error {
	var wait time.Duration
	if s := r.URL.Query().Get("wait"); s != "" {
		n, err := strconv.ParseUint(s, 10, 16)
		if err != nil {
			return malformed
		}
		wait = min(time.Duration(n)*time.Second, maxWait)
	}
	filled, stop := f.waiting.wait(r.box)
	defer stop()
	late := time.NewTimer(wait)
	defer late.Stop()
	for {
		ids, err := f.mail.Oldest(r.Context(), r.box, batchMessages)
		if err != nil {
			return gone(r.Context(), err)
		}
		if len(ids) > 0 {
			return f.send(w, r, ids)
		}
		select {
		case <-filled:
		case <-r.Context().Done():
			return nil
		case <-late.C:
			w.WriteHeader(http.StatusNoContent)
			return nil
		}
	}
}

// send streams messages, one at a time in memory. Once it has begun there is nothing to be said any more; an answer that breaks off is collected again.
func (f *Office) send(w http.ResponseWriter, r request, ids []int64) error {
	c := http.NewResponseController(w)
	w.Header().Set("Content-Type", "application/octet-stream")
	for _, id := range ids {
		message, err := f.mail.Get(r.Context(), id)
		if err != nil {
			f.log.Error("mail could not be read", "error", gone(r.Context(), err))
			panic(http.ErrAbortHandler)
		}
		if message == nil {
			continue
		}
		if c.SetWriteDeadline(time.Now().Add(sendTimeout)) != nil || mailbox.WriteMessage(w, message) != nil || c.Flush() != nil {
			panic(http.ErrAbortHandler)
		}
	}
	return nil
}

// gone turns the error of a customer who went away into none.
func gone(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// discard deletes messages by name: 204 when they are gone, whether they were there or not.
func (f *Office) discard(w http.ResponseWriter, r request) error {
	const one = len(mailbox.Name{})
	switch n := r.ContentLength; {
	case n < 0:
		return noLength
	case n > int64(one*mailbox.MaxNames):
		return tooLarge
	case n == 0 || n%int64(one) != 0:
		return malformed
	}
	if err := http.NewResponseController(w).SetReadDeadline(time.Now().Add(headerTimeout)); err != nil {
		return err
	}
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return malformed
	}
	names := make([]mailbox.Name, 0, len(body)/one)
	for ; len(body) > 0; body = body[one:] {
		names = append(names, mailbox.Name(body[:one]))
	}
	if err := f.mail.Remove(r.Context(), r.box, names); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
