package goodoffices

import (
	"time"

	"github.com/pelletier/go-toml/v2"

	"entente.example/internal/config"
	"entente.example/internal/mailbox"
	"entente.example/refusal"
)

// Settings are the operator's file, offices.toml.
type Settings struct {
	Listen   string          `toml:"listen" comment:"Address to listen on, host:port."`
	Keep     config.Duration `toml:"keep" comment:"How long mail that nobody collects is kept."`
	Total    int64           `toml:"total_bytes" comment:"Most bytes of mail in all; beyond it nothing is taken until some is collected."`
	Customer Quota           `toml:"customer" comment:"What one customer may have lying here, and ask for."`
	Mailbox  Quota           `toml:"mailbox" comment:"What may lie in one mailbox, and be put into it."`
}

// Quota bounds one customer or one mailbox.
type Quota struct {
	Bytes     int64 `toml:"bytes" comment:"Most bytes of mail that lie here at once."`
	Messages  int64 `toml:"messages" comment:"Most messages that lie here at once."`
	PerMinute int   `toml:"per_minute" comment:"Most requests (of a customer) or messages (into a mailbox) in a minute."`
}

// Standard is what a new office begins with.
func Standard() Settings {
	return Settings{Listen: "127.0.0.1:7444", Keep: config.Duration(60 * 24 * time.Hour), Total: 16 << 30,
		Customer: Quota{Bytes: 1 << 30, Messages: 16384, PerMinute: 6000}, Mailbox: Quota{Bytes: 128 << 20, Messages: 2048, PerMinute: 1200}}
}

// ParseSettings reads the text of a file. name is for errors.
func ParseSettings(name string, b []byte) (Settings, error) {
	s := Standard()
	return s, config.Decode(name, b, &s)
}

// Check refuses settings that cannot work. One mailbox must never be able to use up what its customer has, nor a customer what there is.
func (s Settings) Check() error {
	bad := func(setting string) error {
		return refusal.New(refusal.Invalid, "config.bad_value", "setting", setting)
	}
	if !config.GoodAddress(s.Listen) {
		return refusal.New(refusal.Invalid, "config.bad_address", "address", s.Listen)
	}
	switch {
	case s.Keep <= 0:
		return bad("keep")
	case s.Mailbox.Bytes < mailbox.MaxMessage:
		return bad("mailbox.bytes")
	case s.Mailbox.Messages < 1:
		return bad("mailbox.messages")
	case s.Mailbox.PerMinute < 1:
		return bad("mailbox.per_minute")
	case s.Customer.Bytes < 2*s.Mailbox.Bytes:
		return bad("customer.bytes")
	case s.Customer.Messages < 2*s.Mailbox.Messages:
		return bad("customer.messages")
	case s.Customer.PerMinute < 2*s.Mailbox.PerMinute:
		return bad("customer.per_minute")
	case s.Total < 2*s.Customer.Bytes:
		return bad("total_bytes")
	}
	return nil
}

const settingsHead = `# The settings of these good offices. Who may use them stands in the file customers beside this one: entente relay admit KEY

`

// Format writes the settings with their explanations.
func (s Settings) Format() ([]byte, error) {
	b, err := toml.Marshal(s)
	return append([]byte(settingsHead), b...), err
}
