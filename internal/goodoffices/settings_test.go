package goodoffices

import (
	"testing"

	"entente.example/internal/mailbox"
	"entente.example/refusal"
)

// Good offices whose settings would let one mailbox use up what its customer has, or a customer what there is, do not begin; what is wrong is named.
func TestSettingsThatCannotWork(t *testing.T) {
	if err := Standard().Check(); err != nil {
		t.Fatal(err)
	}
	for setting, change := range map[string]func(*Settings){
		"keep": func(s *Settings) { s.Keep = 0 }, "mailbox.bytes": func(s *Settings) { s.Mailbox.Bytes = mailbox.MaxMessage - 1 }, "mailbox.messages": func(s *Settings) { s.Mailbox.Messages = 0 },
		"mailbox.per_minute": func(s *Settings) { s.Mailbox.PerMinute = 0 }, "customer.bytes": func(s *Settings) { s.Customer.Bytes = s.Mailbox.Bytes }, "customer.messages": func(s *Settings) { s.Customer.Messages = s.Mailbox.Messages },
		"customer.per_minute": func(s *Settings) { s.Customer.PerMinute = s.Mailbox.PerMinute }, "total_bytes": func(s *Settings) { s.Total = s.Customer.Bytes },
	} {
		s := Standard()
		change(&s)
		if err := s.Check(); err == nil || refusal.As(err).Key != "config.bad_value" || refusal.As(err).Params["setting"] != setting {
			t.Errorf("%s: %v", setting, err)
		}
	}
	s := Standard()
	s.Listen = "nowhere"
	if err := s.Check(); err == nil || refusal.As(err).Key != "config.bad_address" {
		t.Error(err)
	}
}
