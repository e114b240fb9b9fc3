package premises_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"entente.example/internal/api"
	"entente.example/internal/dialogue"
	"entente.example/internal/web"
)

// shown is where an operation of the members' API stands on their site: the route behind /m/{mech}, or a whole one, and of a form with several deeds, which. Acts of the dialogue's table and on texts are
// not in it: pageOf finds them.
var shown = map[string]string{
	"mechanisms": "GET /{$}", "reminder": "GET /sessions", "reminder.begin": "POST /digest", "reminder.end": "POST /digest end", "reminder.meetings": "GET /sessions", "reminder.meetings.begin": "POST /meeting-mail begin", "reminder.meetings.end": "POST /meeting-mail end",
	"charter": "GET /charter", "texts": "GET", "lines": "GET", "digest": "GET", "evidence": "GET", "evidence.file": "GET /evidence/{id}", "list": "GET /lists/{file}",
	"document.rests": "GET /documents/{id}", "calendar": "GET /calendar.ics", "search": "GET /search", "trace": "GET /trace", "log": "GET /record", "entry": "GET /record/{entry}",
	"keys": "GET /keys", "fingerprints": "GET /keys", "witnesses": "GET /keys", "evidence.compare": "POST /keys/compare", "party.petition.read": "POST /keys/read", "party.petitions": "GET /keys", "party.consent": "POST /keys/consent consent", "party.petition.drop": "POST /keys/consent set_aside", "party.succeed.agreed": "POST /keys/reseal",
	"situation": "GET /situation", "situation.declare": "POST /situation declare", "situation.withdraw": "POST /situation withdraw",
	"line": "GET /line/{line}", "line.history": "GET /line/{line}/{file}", "line.check": "POST /line/{line}/acts check", "line.answer": "POST /line/{line}/acts answer", "line.agree": "POST /line/{line}/acts agree",
	"line.propose": "POST /line/{line}/acts propose", "line.resume": "POST /line/{line}/acts resume", "line.suspend": "POST /line/{line}/acts suspend", "line.desk": "POST /line/{line}/acts desk",
	"attachments": "GET /attachments", "attachment": "GET /attachments", "retention": "GET /attachments", "attachment.content": "GET /attachments/{attachment}/file", "attachment.attach": "POST /attachments",
	"attachment.drop": "POST /attachments/{attachment} drop", "attachment.keep": "POST /attachments/{attachment} keep",
	"glossary.file": "GET /glossary.tbx", "glossary.compare": "POST /glossary-file/compare", "glossary.take": "POST /glossary-file/take", "membership.standing": "GET /parties", "workdays": "GET /days-off", "readout.excerpt": "GET /readouts/{id}", "paper.reply": "GET /papers/{id}", "paper.exchange": "GET /papers/{id}", "readers": "GET /texts/{text}",
	"meeting.delegations": "GET /meetings/{id}", "meeting.invitation": "POST /meetings/{id}/invitation.ics", "meeting.ask": "POST /meetings/{id}/invitation.ics", "meeting.reply": "POST /meetings/{id}/replies",
	"passes": "GET /guests/{id}", "pass.make": "POST /guests/{id}/passes make", "pass.end": "POST /guests/{id}/passes end",
	"nonpapers": "GET /non-papers", "nonpaper": "GET /non-papers", "nonpaper.send": "POST /non-papers", "nonpaper.drop": "POST /non-papers/{paper}/drop", "nonpaper.pack": "POST /non-papers/pack", "nonpaper.open": "POST /non-papers/open",
	"nonpaper.react": "POST /non-papers/{paper}/react", "nonpaper.withdraw": "POST /non-papers/{paper}/withdraw", "nonpaper.draft": "GET /non-papers/{paper}/draft",
	"ours.acts": "GET /ours", "ours.act": "GET /ours/acts/{id}", "ours.consent": "POST /ours/acts/{id} consent", "ours.refuse": "POST /ours/acts/{id} refuse", "ours.take_back": "POST /ours/acts/{id} take",
	"ours.asked": "GET /meetings/{id}", "ours.drop_asked": "POST /ours drop_asked", "ours.clearances": "GET /ours", "ours.clearance": "GET /ours/clearances/{id}", "ours.circulate": "POST /ours circulate",
	"ours.answer": "POST /ours/clearances/{id} answer", "ours.end": "POST /ours/clearances/{id} end", "ours.undo_round": "POST /ours/clearances/{id} take_back", "ours.revise": "POST /ours/clearances/{id} revise", "ours.handover": "GET /ours/handover/{file}",
	"ours.notes": "GET /ours", "ours.note": "POST /ours note", "ours.amend": "POST /ours amend", "ours.drop_note": "POST /ours drop_note", "ours.revert": "POST /ours revert", "ours.tasks": "GET /ours", "ours.task": "POST /ours task",
	"ours.finish_task": "POST /ours finish", "ours.drop_task": "POST /ours drop_task", "ours.reopen_task": "POST /ours reopen_task",
	"pouch": "GET /pouch", "pouch.open.stream": "POST /pouch/open", "pouch.pack.stream": "POST /pouch/pack",
	"press.replies": "GET /press", "press.subscribers": "GET /press", "press.coverage": "GET /press", "press.preview": "GET /press/{text}/preview/{path...}", "press.cover": "POST /press cover", "press.uncover": "POST /press uncover",
	"press.close": "POST /press close", "press.approve": "POST /press approve", "press.decline": "POST /press decline", "press.hold": "POST /press hold", "press.erase": "POST /press erase", "press.forget": "POST /press forget", "text.release": "POST /press release",
	"text": "GET /texts/{text}", "text.rests": "GET /texts/{text}", "text.questions": "GET /texts/{text}", "text.conflicts": "GET /texts/{text}", "text.file": "GET /texts/{text}/file", "text.pdf": "GET /texts/{text}/pdf", "export": "GET /texts/{text}/proof.zip",
	"text.changes": "GET /texts/{text}/compare", "text.precedents": "GET /texts/{text}/precedents", "text.compare": "POST /texts/{text}/compare", "text.amend": "POST /texts/{text}/amend", "text.table": "POST /texts", "text.freeze": "POST /texts/{text}/freeze",
	"text.bracket": "POST /texts/{text}/amend", "text.revise": "POST /texts/{text}/acts several", "text.initial": "POST /texts/{text}/sealing initial",
	"statement": "GET /texts/{text}/seal-statement.txt", "seal.affix": "POST /texts/{text}/sealing seal", "seal.affix.made": "POST /texts/{text}/sealing affix", "seal.decline": "POST /texts/{text}/sealing decline",
	"seal.withdraw": "POST /texts/{text}/sealing withdraw",
}

// pageless says why an operation has no page: each of them is a program's, or done where the party's seal keys are.
var pageless = map[string]string{
	"events":            "a stream for programs; the pages have their own",
	"archive":           "lists the files of a whole record for a program that fetches them one by one",
	"log.file":          "one of those files",
	"holidays.rules":    "a year by a rule, for a program that declares it; on the page people enter the days that they have",
	"charter.successor": "what whoever founds the next mechanism begins with, by command at the node",
	"party.mandate":     "under the party's own seal keys by command; the page of keys says what stands",
	"party.succeed":     "under the party's own seal keys by command; the page of keys says what stands",
	"party.petition":    "made where the new seal keys are, by the command that the page of keys gives",
}

// beside says why a form of the site is no operation of the API: it is about how a person reaches the pages, and how they like them.
var beside = map[string]string{
	"POST /habits": "how somebody likes the pages", "POST /language": "in which language they read", "POST /m/{mech}/calendar": "an address for one's own calendar program, which asks it without the API",
	"POST /sign-in/passkey/options": "signing in", "POST /sign-in/passkey": "signing in", "POST /sign-in/password": "signing in", "POST /sign-in/{link}": "signing in", "POST /sign-on/back": "signing in",
	"POST /sign-on/unbind": "one's own account", "POST /passkeys/options": "one's own account", "POST /passkeys": "one's own account", "POST /passkeys/{id}/drop": "one's own account", "POST /password": "one's own account",
	"POST /sessions/{id}/end": "one's own account", "POST /sign-out": "one's own account",
}

// pageOf is the route of an operation, with the deed of its form.
func pageOf(op *huma.Operation) string {
	if at, ok := shown[op.OperationID]; ok {
		method, rest, _ := strings.Cut(at, " ")
		if path, _, _ := strings.Cut(rest, " "); slices.Contains([]string{"/{$}", "/sessions", "/digest", "/meeting-mail"}, path) {
			return at
		}
		return method + " /m/{mech}" + rest
	}
	for _, k := range dialogue.Kinds {
		switch path := "/mechanisms/{mechanism}/" + k.Plural; {
		case op.Method == "GET" && (op.Path == path || op.Path == path+"/{id}"):
			return "GET /m/{mech}" + strings.TrimPrefix(op.Path, "/mechanisms/{mechanism}")
		case op.Method == "POST" && slices.ContainsFunc(k.Acts, func(a dialogue.Act) bool { return a.Type == op.OperationID }):
			return "POST /m/{mech}/" + k.Plural + "/{id}" // whose forms are made from the same table
		}
	}
	if verb, ok := strings.CutPrefix(op.OperationID, "text."); ok && op.Method == "POST" {
		return "POST /m/{mech}/texts/{text}/acts " + verb
	}
	return ""
}

// formsOf are the deeds that the forms of the site name, wherever they are written.
func formsOf(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../web/templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	out := map[string]bool{}
	named := regexp.MustCompile(`(?:value=|"Act" |Act: )"([a-z_]+)"`)
	for _, f := range append(files, "../web/table.go", "../web/undo.go", "../view/parting.go") {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(f, ".html") && !strings.HasSuffix(f, "table.go") {
			b = regexp.MustCompile(`"([a-z_]+)"`).ReplaceAll(b, []byte(`value="$1"`))
		}
		for _, m := range named.FindAllSubmatch(b, -1) {
			out[string(m[1])] = true
		}
	}
	return out
}

// No function of the members' API is missing on their pages, and none is only there. What the operator alone may do is at the node's socket and has no page by design.
func TestPagesAndAPIHaveTheSameFunctions(t *testing.T) {
	_, description := api.New(api.Options{})
	site, err := web.New(web.Options{})
	if err != nil {
		t.Fatal(err)
	}
	routes, forms, reached := site.Routes(), formsOf(t), map[string]bool{}
	n := 0
	for path, item := range description.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op == nil {
				continue
			}
			n++
			op.Path = path
			at := pageOf(op)
			if why, ok := pageless[op.OperationID]; ok {
				if _, both := shown[op.OperationID]; both || why == "" {
					t.Errorf("%s has a page, or no reason for having none", op.OperationID)
				}
				continue
			}
			parts := append(strings.SplitN(at, " ", 3), "", "", "")
			if route := strings.TrimSpace(parts[0] + " " + parts[1]); !slices.Contains(routes, route) {
				t.Errorf("%s %s (%s) has no page: %q", op.Method, path, op.OperationID, at)
			} else {
				reached[route] = true
			}
			if deed := parts[2]; deed != "" && !forms[deed] {
				t.Errorf("%s: no form says %q", op.OperationID, deed)
			}
		}
	}
	if n < 200 {
		t.Errorf("only %d operations", n)
	}
	for id := range shown {
		if !described(description, id) {
			t.Errorf("there is no operation %s any more", id)
		}
	}
	for _, route := range routes {
		opening := slices.ContainsFunc(dialogue.Kinds, func(k dialogue.Kind) bool { return route == "POST /m/{mech}/"+k.Plural }) // the first act of the same table
		if strings.HasPrefix(route, "POST ") && !reached[route] && beside[route] == "" && !opening {
			t.Errorf("%s is on the pages only", route)
		}
	}
}

func described(a huma.API, id string) bool {
	for _, item := range a.OpenAPI().Paths {
		for _, op := range []*huma.Operation{item.Get, item.Post} {
			if op != nil && op.OperationID == id {
				return true
			}
		}
	}
	return false
}
