package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"entente.example/internal/locale"
	"entente.example/internal/premises"
	"entente.example/internal/press"
)

// pressRooms looks at the statement as the public sees it: every party's press room serves it at the same instant, the same bytes. Then the readers of the example write, and a press
// officer answers.
func (r *run) pressRooms(ctx context.Context) error {
	key := press.Key{Mechanism: r.Example.Mechanism.ID, Text: r.Example.TextID()}
	first := ""
	for _, a := range r.Actors {
		page := ""
		err := r.await(ctx, "the statement is public", func(x *Actor) (ok bool, have string, err error) {
			if x != a {
				return true, "", nil
			}
			page, err = r.public(ctx, a, key.Path(r.Language))
			return err == nil, fmt.Sprint(err), nil
		})
		if err != nil {
			return err
		}
		article := Alike(page)
		if first == "" {
			first = article
		}
		if article == "" || article != first {
			return fmt.Errorf("the press room of %s shows another article", a.Party)
		}
	}
	statement, err := r.public(ctx, r.Actors[0], key.Folder()+"seal-statement.txt")
	if err != nil {
		return err
	}
	for _, a := range r.Actors[1:] {
		if same, err := r.public(ctx, a, key.Folder()+"seal-statement.txt"); err != nil || same != statement {
			return errors.Join(err, fmt.Errorf("the press room of %s serves another statement", a.Party))
		}
	}
	r.say("press_same", "n", fmt.Sprint(len(r.Actors)), "bytes", locale.Number(int64(len(first))))
	return r.readers(ctx, r.Actors[0], key)
}

// Article finds what every press room shows alike, but for the order of the parties.
var Article = regexp.MustCompile(`(?s)<article class="communique" id="communique".*</article>`)

// Alike is the article of a page whatever the order in which that names the parties: each press room names its own first. It is "" if there is none.
func Alike(page string) string {
	pieces := strings.Split(Article.FindString(page), ">")
	slices.Sort(pieces)
	return strings.Join(pieces, ">")
}

// public gets a page as a stranger.
func (r *run) public(ctx context.Context, a *Actor, path string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.PressURL()+path, nil)
	if err != nil {
		return "", err
	}
	return answered(http.DefaultClient.Do(req))
}

func answered(resp *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Request.URL.Path, resp.Status)
	}
	return string(b), err
}

// FormToken finds what a form of the press room has to bring back.
var FormToken = regexp.MustCompile(`name="form" value="([^"]+)"`)

// readers write what the example has them write; a press officer lets through, declines, or has not come to it yet.
func (r *run) readers(ctx context.Context, a *Actor, key press.Key) error {
	path := key.Path(r.Language) + "reply/"
	for _, x := range r.Example.Press.Replies {
		page, err := r.public(ctx, a, path)
		if err != nil {
			return err
		}
		token := FormToken.FindStringSubmatch(page)
		if token == nil {
			return errors.New("the press room offers no form for replies")
		}
		r.clock.set(r.clock.Now().Add(10 * time.Minute)) // as long as people take, and longer than a program does
		form := url.Values{"form": {token[1]}, "name": {x.Name}, "email": {x.Email}, "words": {x.Text}}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.PressURL()+path, strings.NewReader(form.Encode()))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if _, err := answered(http.DefaultClient.Do(req)); err != nil {
			return err
		}
		var held []struct{ ID string }
		if err := r.officer(ctx, a, http.MethodGet, "/press/replies?state=held", nil, &held); err != nil {
			return err
		}
		state := "held"
		switch x.State {
		case "approved":
			state, err = "shown", r.officer(ctx, a, http.MethodPost, "/press/replies/"+held[0].ID+"/approve", nil, nil)
		case "rejected":
			state, err = "declined", r.officer(ctx, a, http.MethodPost, "/press/replies/"+held[0].ID+"/decline", map[string]string{"reason": "advertising"}, nil)
		}
		if err != nil {
			return err
		}
		r.say("press_reply", "name", x.Name, "party", r.Example.Short(a.Party, r.Language), "words", x.Text, "state", locale.Message(r.Language, "web.reply_"+state, nil))
	}
	return nil
}

// officer asks a node's API as its press officer.
func (s *Stage) officer(ctx context.Context, a *Actor, method, path string, body, out any) error {
	return s.ask(ctx, a, "press", method, path, body, out)
}

// ask asks a node's API as one of its members; a body of bytes is sent as it is.
func (s *Stage) ask(ctx context.Context, a *Actor, member, method, path string, body, out any) (err error) {
	b, raw := body.([]byte)
	if !raw {
		if b, err = json.Marshal(body); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://node/api/v1/mechanisms/"+s.Example.Mechanism.ID+path, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", map[bool]string{true: "application/octet-stream", false: "application/json"}[raw])
	req.Header.Set(premises.MemberHeader, string(a.Party)+"-"+member)
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", a.Socket())
	}}}
	got, err := answered(c.Do(req))
	if err != nil || out == nil {
		return err
	}
	return json.Unmarshal([]byte(got), out)
}
