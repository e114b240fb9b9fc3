package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"entente.example/internal/dialogue"
)

// pageRounds is how often each page is fetched, unless the flag says otherwise: enough that one in a hundred is one.
const pageRounds = 100

// visited are the members' pages of a mechanism, which is "m": each kind of matter's list, and what stands beside them.
func visited() (out []string) {
	out = []string{"", "m", "m/texts/backlog-0", "m/texts/backlog-0/compare", "m/texts/backlog-0/revise"}
	for _, k := range dialogue.Kinds {
		out = append(out, "m/"+k.Plural)
	}
	return append(out, "m/charter", "m/line/main", "m/situation", "m/pouch", "m/keys", "m/press", "m/ours", "m/attachments", "m/record", "m/search?q=record", "search?q=record", "help", "sessions")
}

// pages measures the members' site of a node that holds the backlog, as one browser on the same machine sees it: first what a node that has just started takes for each page, then the page again and again as
// nothing changes, then after each act; last a long draft, and both pages after each act with it there.
func (b *bench) pages(ctx context.Context) (err error) {
	author, _, err := b.nodes(ctx)
	if err != nil {
		return err
	}
	p, err := b.serve(ctx, author)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.stop(syscall.SIGINT)) }()
	v, err := b.reader(ctx, p)
	if err != nil {
		return err
	}
	for _, path := range visited() {
		if err := v.measure(ctx, "/"+path, func() error { return nil }); err != nil {
			return err
		}
	}
	n := 0
	act := func() error {
		n++
		return p.call(ctx, http.MethodPost, fmt.Sprintf("/mechanisms/%s/threads/bench-%d/open", v.mech, n), map[string]any{"title": map[string]string{"en": "A thread"}}, b.authorParty+"-draft", new(any))
	}
	for _, path := range []string{"", "m", "m/record"} {
		if err := v.measure(ctx, "/"+path, act); err != nil {
			return err
		}
	}
	if err := b.draft(ctx, p, v.mech); err != nil {
		return err
	}
	const table = "m/texts/bench-draft"
	for _, path := range []string{table, table + "/compare"} {
		if err := v.measure(ctx, "/"+path, func() error { return nil }); err != nil {
			return err
		}
	}
	for _, path := range []string{"", table} {
		if err := v.measure(ctx, "/"+path, act); err != nil {
			return err
		}
	}
	return nil
}

// visitor is a member of ours in a browser.
type visitor struct {
	*http.Client
	p    *process
	site string
	mech string

	rounds int // how often each page is fetched
}

// reader signs a member in.
func (b *bench) reader(ctx context.Context, p *process) (*visitor, error) {
	var link struct {
		URL string `json:"url"`
	}
	if err := p.call(ctx, http.MethodPost, "/sign-in-links", map[string]string{"member": b.authorParty + "-sec"}, "", &link); err != nil {
		return nil, err
	}
	var all []struct {
		Mech string `json:"mech"`
	}
	if err := p.call(ctx, http.MethodGet, "/mechanisms", nil, "", &all); err != nil {
		return nil, err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	v := &visitor{Client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, p: p, mech: all[0].Mech, rounds: b.fetches}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, link.URL, http.NoBody)
	if err != nil {
		return nil, err
	}
	v.site = "http://" + req.URL.Host
	res, err := v.Do(req)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(res.Body.Close()); err != nil || res.StatusCode != http.StatusSeeOther {
		return nil, fmt.Errorf("signing in: %s %w", res.Status, err)
	}
	return v, v.dress(ctx)
}

var sheet = regexp.MustCompile(`href="(/static/[^"]+\.css)"`)

// dress fetches what a browser has after its first page: the style sheet, which pages do not bring along from then on.
func (v *visitor) dress(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.site+"/", http.NoBody)
	if err != nil {
		return err
	}
	res, err := v.Do(req)
	if err != nil {
		return err
	}
	first, err := io.ReadAll(res.Body)
	if err = errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	found := sheet.FindSubmatch(first)
	if found == nil {
		return errors.New("the first page names no style sheet")
	}
	_, err = fetch(ctx, v.Client, v.site+string(found[1]))
	return err
}

// measure fetches a page, each time after something. "/m" in its path is the mechanism.
func (v *visitor) measure(ctx context.Context, path string, before func() error) error {
	var took, work []time.Duration
	size := int64(0)
	for range 1 + v.rounds {
		if err := before(); err != nil {
			return err
		}
		from, err := v.p.work()
		if err != nil {
			return err
		}
		began := time.Now()
		if size, err = fetch(ctx, v.Client, v.site+strings.Replace(path, "/m", "/m/"+v.mech, 1)); err != nil {
			return err
		}
		took = append(took, time.Since(began))
		to, err := v.p.work()
		if err != nil {
			return err
		}
		work = append(work, to-from)
	}
	first, firstWork := took[0], work[0]
	took, work = took[1:], work[1:]
	slices.Sort(took)
	slices.Sort(work)
	p99 := (v.rounds*99+99)/100 - 1 // by nearest rank: of a hundred it is the last but one
	ms := func(d time.Duration) string { return fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)) }
	say(path, "CPU ms: first %s, p50 %s, p99 %s; clock ms: first %s, p50 %s, p99 %s; %d bytes compressed", ms(firstWork), ms(work[v.rounds/2]), ms(work[p99]), ms(first), ms(took[v.rounds/2]),
		ms(took[p99]), size)
	return nil
}

// fetch reads a page as it comes, compressed.
func fetch(ctx context.Context, client *http.Client, url string) (size int64, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	size, err = io.Copy(io.Discard, res.Body)
	if res.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s: %s", url, res.Status))
	}
	return size, errors.Join(err, res.Body.Close())
}

// call asks the node's API, as a member if one is named, and reads the answer.
func (p *process) call(ctx context.Context, method, path string, in any, member string, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return p.send(ctx, method, path, "application/json", body, member, out)
}

// send is call with a body as it stands.
func (p *process) send(ctx context.Context, method, path, kind string, body []byte, member string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, "http://node/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	if member != "" {
		req.Header.Set("Entente-Member", member)
	}
	res, err := p.client().Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s: %s", path, res.Status)
	}
	return json.NewDecoder(res.Body).Decode(out)
}
