package premises

import (
	"context"
	"slices"
	"time"

	"entente.example/internal/staff"
)

// convening is what is remembered of looking for meetings whose days are to be sent, so that nobody looks through all mechanisms for nothing. What was sent stands in the private store.
type convening struct {
	wishes []staff.MeetingMail
	looked map[string]looked    // by mechanism in which nothing was left to send
	after  map[string]time.Time // by member: not before, since a message could not be sent
}

// looked is when somebody looked through a mechanism: after which change, and on which day, for mandates begin and end with one.
type looked struct {
	told int64
	day  string
}

// meetings sends to calendars what is to be sent, where the operator lets letters name what is on the record.
func (r *reminders) meetings(ctx context.Context) error {
	if !r.post.Mail.Titles {
		return nil
	}
	wishes, err := r.c.Staff().MeetingMails(ctx, "")
	if err != nil {
		return err
	}
	if c := &r.convene; !slices.Equal(wishes, c.wishes) {
		*c = convening{wishes: wishes, looked: map[string]looked{}, after: map[string]time.Time{}}
	}
	if len(wishes) == 0 {
		return nil
	}
	all, err := r.c.Node().Mechanisms(ctx)
	if err != nil {
		return err
	}
	for _, mech := range all {
		at := looked{r.c.Node().ToldOf(mech), r.now().UTC().Format(time.DateOnly)} // before looking: what happens meanwhile is looked at next time
		if was, known := r.convene.looked[mech]; known && was == at {
			continue
		}
		done, err := r.meetingsOf(ctx, mech)
		if err != nil {
			return err
		}
		if done {
			r.convene.looked[mech] = at
		}
	}
	return nil
}

// meetingsOf sends what is to be sent about the meetings of a mechanism, and says whether nothing is left.
func (r *reminders) meetingsOf(ctx context.Context, mech string) (done bool, err error) {
	all, err := r.c.Summons(ctx, mech, r.convene.wishes)
	if err != nil {
		return false, err
	}
	done = true
	for _, s := range all {
		if r.now().Before(r.convene.after[s.Member]) {
			done = false
			continue
		}
		err := r.post.Convene(ctx, s.Letter)
		if err == nil {
			err = r.c.Staff().NoteMeetingSent(ctx, s.Member, s.Letter.To, s.Sent)
		}
		if err != nil {
			done = false
			r.convene.after[s.Member] = r.now().Add(mailAgain)
			r.log.WarnContext(ctx, "a meeting could not be sent", "member", s.Member, "error", err)
		}
	}
	return done, nil
}
