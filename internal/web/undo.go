package web

import (
	"net/http"
	"net/url"
	"strings"
)

// What has not left the node can be taken back right after it was done, by a form beside the word that it is done. What to take back is kept in the reader's browser for a while, in a cookie and not in an address: nobody
// else can lay an undo before them. What leaves the node has no undo; its forms say so before.

// undo is the form that takes something back.
type undo struct {
	To, Do, ID, Matter, Place string
}

// undoes says by which act another one is taken back. Acts are named as the words are that say that they are done.
var undoes = map[string]string{"ours_note": "drop_note", "ours_amend": "revert", "ours_task": "drop_task", "ours_finish": "reopen_task", "steps_done": "steps_again",
	"ours_circulate": "take_back", "ours_answer": "take_back", "ours_revise": "take_back", "ours_end": "take_back", "press_decline": "hold"}

// undoLife is how long that is offered, in seconds.
const undoLife = 600

func (v *visit) undoCookie(value string, age int) {
	http.SetCookie(v.w, &http.Cookie{Name: v.site.cookieName(v.r) + "-undo", Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: v.site.tls(v.r), SameSite: http.SameSiteStrictMode})
}

// offerUndo notes what was done last; of what cannot be taken back, that there is nothing.
func (v *visit) offerUndo(done string, u undo) {
	if u.Do = undoes[done]; u.Do == "" {
		v.undoCookie("", -1)
		return
	}
	v.undoCookie(url.Values{"member": {v.session.Member}, "done": {done}, "to": {u.To}, "id": {u.ID}, "matter": {u.Matter}, "place": {u.Place}}.Encode(), undoLife)
}

// undo is what the reader can take back of what the page says is done, nil if nothing.
func (v *visit) undo(done string) *undo {
	c, err := v.r.Cookie(v.site.cookieName(v.r) + "-undo")
	if err != nil || v.session.Member == "" {
		return nil
	}
	q, err := url.ParseQuery(c.Value)
	if err != nil || q.Get("member") != v.session.Member || q.Get("done") != done || !strings.HasPrefix(q.Get("to"), "/") || strings.HasPrefix(q.Get("to"), "//") {
		return nil
	}
	u := &undo{To: q.Get("to"), Do: undoes[q.Get("done")], ID: q.Get("id"), Matter: q.Get("matter"), Place: q.Get("place")}
	if u.Do == "" {
		return nil
	}
	return u
}
