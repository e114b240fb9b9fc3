package replies

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"slices"
	"time"

	"entente.example/internal/press"
	"entente.example/lang"
	"entente.example/refusal"
)

// Reasons for declining a reply, as message keys end.
var Reasons = []string{"off_topic", "advertising", "insult", "personal_data", "unlawful", "repeated"}

// Item is a reply as a press officer sees it.
type Item struct {
	ID       string    `json:"id"`
	Text     string    `json:"text" doc:"The text that it is about"`
	To       string    `json:"to,omitempty" doc:"The reply that it answers"`
	Answers  *Answered `json:"answers,omitempty" doc:"What that one says, unless it was erased"`
	Name     string    `json:"name"`
	Words    string    `json:"words"`
	Lang     lang.Tag  `json:"lang"`
	At       time.Time `json:"at"`
	State    string    `json:"state" doc:"held, shown or declined"`
	Reason   string    `json:"reason,omitempty"`
	Member   string    `json:"member,omitempty" doc:"Who decided"`
	Appeal   string    `json:"appeal,omitempty"`
	Reports  []string  `json:"reports,omitempty"`
	Links    int       `json:"links,omitempty" doc:"How many links stand in it"`
	Earlier  int       `json:"earlier,omitempty" doc:"Other replies of the same writer"`
	Declined int       `json:"declined,omitempty" doc:"Those of them that were declined"`
}

// Answered is a reply that another one answers.
type Answered struct {
	Name  string   `json:"name"`
	Words string   `json:"words"`
	Lang  lang.Tag `json:"lang"`
}

// maxList bounds one answer.
const maxList = 500

// List are the replies of a mechanism: appeals and reported ones first, then what waits, then the rest, each as they came. state "" is all.
func (s *Store) List(ctx context.Context, mechanism, state string) ([]Item, error) {
	return s.Part(ctx, mechanism, state, 0, maxList)
}

// Count is how many replies of a mechanism there are in each state.
func (s *Store) Count(ctx context.Context, mechanism string) (map[string]int, error) {
	out := map[string]int{}
	err := s.each(ctx, "SELECT state, count(*) FROM letter WHERE about >= @from AND about < @to GROUP BY state", func(scan func(...any) error) error {
		var state string
		var n int
		err := scan(&state, &n)
		out[state] = n
		return err
	}, sql.Named("from", mechanism+"/"), sql.Named("to", mechanism+"0"))
	return out, err
}

// Part are at most so many of what List lists, from a place on.
func (s *Store) Part(ctx context.Context, mechanism, state string, from, most int) ([]Item, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT l.id, l.about, l.parent, l.name, l.words, l.lang, l.at, l.state, l.reason, l.member, l.appeal, p.id IS NOT NULL, coalesce(p.name, ''), coalesce(p.words, ''), coalesce(p.lang, ''),
		(SELECT count(*) FROM letter o WHERE o.writer = l.writer AND o.id <> l.id), (SELECT count(*) FROM letter o WHERE o.writer = l.writer AND o.id <> l.id AND o.state = 'declined')
		FROM (SELECT *, row_number() OVER (ORDER BY appeal = '', NOT EXISTS (SELECT 1 FROM report WHERE letter = letter.id), state <> 'held', at, id) AS place
			FROM letter WHERE about >= @from AND about < @to AND (@state = '' OR state = @state) ORDER BY place LIMIT @most OFFSET @skip) l LEFT JOIN letter p ON p.id = l.parent ORDER BY place`,
		sql.Named("from", mechanism+"/"), sql.Named("to", mechanism+"0"), sql.Named("state", state), sql.Named("most", most), sql.Named("skip", from)) // "0" follows "/"
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := []Item{}
	for rows.Next() {
		var i Item
		var about string
		var at int64
		var answers bool
		var to Answered
		if err := rows.Scan(&i.ID, &about, &i.To, &i.Name, &i.Words, &i.Lang, &at, &i.State, &i.Reason, &i.Member, &i.Appeal, &answers, &to.Name, &to.Words, &to.Lang, &i.Earlier, &i.Declined); err != nil {
			return nil, err
		}
		k, _ := press.ParseKey(about)
		i.Text, i.At, i.Links = k.Text, time.Unix(at, 0).UTC(), len(link.FindAllString(i.Words, -1))
		if answers {
			i.Answers = &to
		}
		out = append(out, i)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, err
	}
	return out, s.reports(ctx, out)
}

// Waiting is how many replies of a mechanism a press officer has to look at: those that are held, appealed or reported.
func (s *Store) Waiting(ctx context.Context, mechanism string) (n int, err error) {
	err = s.db.QueryRowContext(ctx, "SELECT count(*) FROM letter l WHERE about >= @from AND about < @to AND (state = 'held' OR appeal <> '' OR EXISTS (SELECT 1 FROM report WHERE letter = l.id))",
		sql.Named("from", mechanism+"/"), sql.Named("to", mechanism+"0")).Scan(&n)
	return n, err
}

// WaitingEach is Waiting of every mechanism in which anything waits, by short name.
func (s *Store) WaitingEach(ctx context.Context) (map[string]int, error) {
	out := map[string]int{}
	err := s.each(ctx, "SELECT substr(about, 1, instr(about, '/') - 1), count(*) FROM letter l WHERE state = 'held' OR appeal <> '' OR EXISTS (SELECT 1 FROM report WHERE letter = l.id) GROUP BY 1", func(scan func(...any) error) error {
		var mechanism string
		var n int
		err := scan(&mechanism, &n)
		out[mechanism] = n
		return err
	})
	return out, err
}

func (s *Store) reports(ctx context.Context, items []Item) error {
	rows, err := s.db.QueryContext(ctx, "SELECT letter, words FROM report ORDER BY at")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, words string
		if err := rows.Scan(&id, &words); err != nil {
			return err
		}
		if i := slices.IndexFunc(items, func(x Item) bool { return x.ID == id }); i >= 0 {
			items[i].Reports = append(items[i].Reports, words)
		}
	}
	return rows.Err()
}

// of limits a statement to one mechanism: a press officer of one does not touch the replies of another.
func of(mechanism, id string) []any {
	return []any{sql.Named("id", id), sql.Named("from", mechanism+"/"), sql.Named("to", mechanism+"0")}
}

const inMechanism = " WHERE id = @id AND about >= @from AND about < @to"

// Approve lets a reply through.
func (s *Store) Approve(ctx context.Context, mechanism, id, member string) error {
	looked := func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM report WHERE letter = @id", sql.Named("id", id))
		return err
	}
	return s.changes(ctx, "press.no_reply", looked, "UPDATE letter SET state = 'shown', reason = '', appeal = '', member = @member"+inMechanism, append(of(mechanism, id), sql.Named("member", member))...)
}

// Decline keeps a reply from being shown, for a reason that its writer is told. One appeal may follow.
func (s *Store) Decline(ctx context.Context, mechanism, id, reason, member string) error {
	if !slices.Contains(Reasons, reason) {
		return refusal.New(refusal.Invalid, "press.bad_reason")
	}
	return s.change(ctx, "UPDATE letter SET state = 'declined', reason = @reason, member = @member"+inMechanism, append(of(mechanism, id), sql.Named("reason", reason), sql.Named("member", member))...)
}

// Hold puts a reply that was declined back among those that wait, unless its writer has appealed since.
func (s *Store) Hold(ctx context.Context, mechanism, id string) error {
	return s.change(ctx, "UPDATE letter SET state = 'held', reason = '', member = ''"+inMechanism+" AND state = 'declined' AND appeal = ''", of(mechanism, id)...)
}

// Remove erases a reply.
func (s *Store) Remove(ctx context.Context, mechanism, id string) error {
	return s.change(ctx, "DELETE FROM letter"+inMechanism, of(mechanism, id)...)
}

// Forget erases everything that was written under an e-mail address, and says how much that was.
func (s *Store) Forget(ctx context.Context, mechanism, email string) (n int64, err error) {
	err = s.db.Do(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM letter WHERE writer = @writer AND about >= @from AND about < @to", sql.Named("writer", s.mark(email)), sql.Named("from", mechanism+"/"), sql.Named("to", mechanism+"0"))
		if err != nil {
			return err
		}
		n, err = r.RowsAffected()
		return err
	})
	s.public.Add(1)
	return n, err
}

// Cover enters that somebody published about a communiqué.
func (s *Store) Cover(ctx context.Context, k press.Key, c press.Coverage, member string) (press.Coverage, error) {
	if err := checkCoverage(c); err != nil {
		return c, err
	}
	id, err := s.id()
	if err != nil {
		return c, err
	}
	c.ID = id
	return c, s.change(ctx, "INSERT INTO coverage (id, about, outlet, day, link, headline, lang, member) VALUES (@id, @about, @outlet, @day, @link, @headline, @lang, @member)", sql.Named("id", c.ID),
		sql.Named("about", k.String()), sql.Named("outlet", c.Outlet), sql.Named("day", c.Day), sql.Named("link", c.Link), sql.Named("headline", c.Headline), sql.Named("lang", string(c.Lang)), sql.Named("member", member))
}

func checkCoverage(c press.Coverage) error {
	for _, line := range []string{c.Outlet, c.Headline} {
		if err := lang.CheckNewLine(line); err != nil {
			return err
		}
	}
	if c.Lang != "" {
		if err := c.Lang.Check(); err != nil {
			return err
		}
	}
	_, err := time.Parse("2006-01-02", c.Day)
	u, bad := url.Parse(c.Link)
	web := c.Link == "" || bad == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && lang.CheckNewLine(c.Link) == nil
	if err != nil || !web || c.Outlet == "" || len(c.Outlet) > 120 || len(c.Headline) > 300 || len(c.Link) > 2000 || c.Link == "" && c.Headline == "" {
		return refusal.New(refusal.Invalid, "press.bad_coverage")
	}
	return nil
}

// Uncover takes an entry of coverage back.
func (s *Store) Uncover(ctx context.Context, mechanism, id string) error {
	return s.changes(ctx, "press.no_coverage", alone, "DELETE FROM coverage"+inMechanism, of(mechanism, id)...)
}

// CloseAt sets until when replies to a communiqué are taken.
func (s *Store) CloseAt(ctx context.Context, k press.Key, until time.Time, member string) error {
	return s.change(ctx, "INSERT INTO closing (about, until, member) VALUES (@about, @until, @member) ON CONFLICT (about) DO UPDATE SET until = excluded.until, member = excluded.member",
		sql.Named("about", k.String()), sql.Named("until", until.Unix()), sql.Named("member", member))
}

// Public is everything of this file that anybody may see.
type Public struct {
	Replies  map[press.Key][]press.Reply
	Coverage map[press.Key][]press.Coverage
	Until    map[press.Key]time.Time
}

// Public reads it.
func (s *Store) Public(ctx context.Context) (p Public, err error) {
	p = Public{map[press.Key][]press.Reply{}, map[press.Key][]press.Coverage{}, map[press.Key]time.Time{}}
	err = s.each(ctx, "SELECT about, id, parent, name, words, lang, at FROM letter WHERE state = 'shown' ORDER BY at, id", func(scan func(...any) error) error {
		var about string
		var r press.Reply
		var at int64
		if err := scan(&about, &r.ID, &r.To, &r.Name, &r.Words, &r.Lang, &at); err != nil {
			return err
		}
		k, _ := press.ParseKey(about)
		r.At = time.Unix(at, 0).UTC()
		p.Replies[k] = append(p.Replies[k], r)
		return nil
	})
	if err != nil {
		return p, err
	}
	err = s.each(ctx, "SELECT about, id, outlet, day, link, headline, lang FROM coverage ORDER BY day, id", func(scan func(...any) error) error {
		var about string
		var c press.Coverage
		if err := scan(&about, &c.ID, &c.Outlet, &c.Day, &c.Link, &c.Headline, &c.Lang); err != nil {
			return err
		}
		k, _ := press.ParseKey(about)
		p.Coverage[k] = append(p.Coverage[k], c)
		return nil
	})
	if err != nil {
		return p, err
	}
	err = s.each(ctx, "SELECT about, until FROM closing", func(scan func(...any) error) error {
		var about string
		var until int64
		if err := scan(&about, &until); err != nil {
			return err
		}
		k, _ := press.ParseKey(about)
		p.Until[k] = time.Unix(until, 0).UTC()
		return nil
	})
	return p, err
}

func (s *Store) each(ctx context.Context, query string, row func(scan func(...any) error) error, args ...any) error {
	rows, err := s.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}
