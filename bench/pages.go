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
	"slices"
	"syscall"
	"time"
)

// pageRounds is how often each page is fetched: enough that one in a hundred is one.
const pageRounds = 50

// pages measures the members' site of a node that holds the backlog, as one browser on the same machine sees it.
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
	var link struct {
		URL string `json:"url"`
	}
	if err := p.call(ctx, http.MethodPost, "/sign-in-links", map[string]string{"member": b.authorParty + "-sec"}, &link); err != nil {
		return err
	}
	var all []struct {
		Mech string `json:"mech"`
	}
	if err := p.call(ctx, http.MethodGet, "/mechanisms", nil, &all); err != nil {
		return err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	client := &http.Client{Jar: jar}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, link.URL, http.NoBody)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	if err := errors.Join(res.Body.Close()); err != nil || res.StatusCode != http.StatusOK {
		return fmt.Errorf("signing in: %s %w", res.Status, err)
	}
	site, in := "http://"+res.Request.URL.Host, "/m/"+all[0].Mech
	for _, path := range []string{"/", in, in + "/texts/backlog-0", in + "/meetings", in + "/concerns", in + "/record", in + "/search?q=record", in + "/keys", "/sessions"} {
		var took []time.Duration
		size := int64(0)
		before, err := p.cpu()
		if err != nil {
			return err
		}
		for range pageRounds {
			began := time.Now()
			n, err := fetch(ctx, client, site+path)
			if err != nil {
				return err
			}
			took, size = append(took, time.Since(began)), n
		}
		after, err := p.cpu()
		if err != nil {
			return err
		}
		slices.Sort(took)
		say(path, "%v of CPU; p50 %v, p99 %v, %d bytes compressed", ((after - before) / pageRounds).Round(10*time.Microsecond), took[pageRounds/2].Round(10*time.Microsecond), took[pageRounds*99/100].Round(10*time.Microsecond), size)
	}
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

// call asks the node's API and reads the answer.
func (p *process) call(ctx context.Context, method, path string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://node/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
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
