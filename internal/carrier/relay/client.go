// Package relay carries messages through good offices: it puts them into mailboxes, collects them and has them deleted. docs/protocol.md 9.
//
// It promises that an office is trusted with nothing: it is known by its key, it is shown a key that it alone sees, and what it answers is bounded before it is read. What it loses,
// repeats, keeps back or changes costs time, never a state. It knows no record; whoever uses it says what a message holds.
package relay

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"entente.example/internal/carrier/pinned"
	"entente.example/internal/mailbox"
	"entente.example/refusal"
)

const (
	protocol     = "http/1.1"
	tokenHeader  = "Mailbox-Token"
	dialTimeout  = 10 * time.Second
	replyTimeout = 90 * time.Second // for one message, there or back
	maxWord      = 64
)

// Office is one customer's way to one office.
type Office struct {
	Address  mailbox.Address
	customer pinned.Pin
	http     *http.Client
}

// New makes the way to an office for the customer with that certificate. Nothing is sent before it is used.
func New(address mailbox.Address, own tls.Certificate, customer pinned.Pin) *Office {
	t := &http.Transport{
		DialContext:         (&net.Dialer{Timeout: dialTimeout}).DialContext,
		TLSClientConfig:     pinned.TLS(own, protocol, func(p pinned.Pin, _ []byte) bool { return string(p) == address.Pin }),
		TLSHandshakeTimeout: dialTimeout, ExpectContinueTimeout: dialTimeout, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute, MaxResponseHeaderBytes: 16 << 10, DisableCompression: true,
	}
	return &Office{Address: address, customer: customer, http: &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Customer is the key by which the office knows us; its operator has to admit it.
func (o *Office) Customer() string { return string(o.customer) }

// Close ends idle connections.
func (o *Office) Close() { o.http.CloseIdleConnections() }

// Deposit puts a sealed message into a mailbox. When it returns nil the office says that the message is durable there. It may be repeated.
func (o *Office) Deposit(ctx context.Context, box mailbox.Key, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, replyTimeout)
	defer cancel()
	r, err := o.ask(ctx, http.MethodPut, box, "", message)
	if err != nil {
		return err
	}
	return r.Body.Close()
}

// Collect hands over what lies in a mailbox, oldest first, and waits for it as long as wait says. Each message stays in the office until it is discarded.
func (o *Office) Collect(ctx context.Context, box mailbox.Key, wait time.Duration, each func(message []byte) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	late := time.AfterFunc(wait+replyTimeout, cancel)
	defer late.Stop()
	r, err := o.ask(ctx, http.MethodGet, box, fmt.Sprintf("?wait=%d", int(wait.Seconds())), nil)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	for r.StatusCode == http.StatusOK {
		late.Reset(replyTimeout)
		message, err := mailbox.ReadMessage(r.Body)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return refusal.New(refusal.Unavailable, "relay.broken_off", "office", o.Address.Host).Because(err)
		}
		late.Reset(time.Hour) // opening it is our own time
		if err := each(message); err != nil {
			return err
		}
	}
	return nil
}

// Discard deletes messages in a mailbox. It may be repeated.
func (o *Office) Discard(ctx context.Context, box mailbox.Key, names ...mailbox.Name) error {
	ctx, cancel := context.WithTimeout(ctx, replyTimeout)
	defer cancel()
	body := make([]byte, 0, len(names)*len(mailbox.Name{}))
	for _, n := range names {
		body = append(body, n[:]...)
	}
	r, err := o.ask(ctx, http.MethodDelete, box, "", body)
	if err != nil {
		return err
	}
	return r.Body.Close()
}

// ask sends one request and turns every answer but a good one into a refusal in words.
func (o *Office) ask(ctx context.Context, method string, box mailbox.Key, query string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, "https://"+o.Address.Host+"/mail/"+box.ID().String()+query, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set(tokenHeader, box.Token(o.Address.Pin, string(o.customer)).String())
	r.Header.Set("User-Agent", "")
	if method == http.MethodPut {
		r.Header.Set("Expect", "100-continue") // a message that is not taken is not sent
	}
	answer, err := o.http.Do(r)
	if err != nil {
		return nil, o.unreachable(ctx, err)
	}
	if answer.StatusCode/100 == 2 {
		return answer, nil
	}
	word, _ := io.ReadAll(io.LimitReader(answer.Body, maxWord)) // the status alone says enough
	_ = answer.Body.Close()
	return nil, o.refused(answer.StatusCode, strings.TrimSpace(string(word)))
}

// unreachable says why an office gave no answer.
func (o *Office) unreachable(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), context.Canceled):
		return ctx.Err()
	case errors.Is(err, pinned.ErrStranger):
		return refusal.New(refusal.Unverified, "relay.wrong_key", "office", o.Address.Host).Because(err)
	}
	return refusal.New(refusal.Unavailable, "relay.unreachable", "office", o.Address.Host).Because(err)
}

// refused says what an office's refusal means for us.
func (o *Office) refused(status int, word string) error {
	cause := fmt.Errorf("%d %q", status, word)
	switch {
	case status == http.StatusUnauthorized && word != "token":
		return refusal.New(refusal.Denied, "relay.not_admitted", "office", o.Address.Host, "key", string(o.customer)).Because(cause)
	case status == http.StatusTooManyRequests && word == "mailbox", status == http.StatusTooManyRequests && word == "share":
		return refusal.New(refusal.Unavailable, "relay.mailbox_full", "office", o.Address.Host).Because(cause)
	case status == http.StatusTooManyRequests:
		return refusal.New(refusal.Unavailable, "relay.too_often", "office", o.Address.Host).Because(cause)
	case status == http.StatusInsufficientStorage:
		return refusal.New(refusal.Unavailable, "relay.office_full", "office", o.Address.Host).Because(cause)
	}
	return refusal.New(refusal.Unavailable, "relay.trouble", "office", o.Address.Host, "status", fmt.Sprint(status)).Because(cause)
}
