package config

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"entente.example/refusal"
)

// CheckStore refuses an address of a database that cannot be one, or that carries a secret.
func CheckStore(address string) error {
	if address == "" {
		return nil
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" || u.Path == "" || u.Path == "/" || u.Fragment != "" || strings.ContainsAny(address, "\r\n") {
		return refusal.New(refusal.Invalid, "config.bad_store")
	}
	if _, has := u.User.Password(); has || u.Query().Has("password") || u.Query().Has("sslpassword") {
		return refusal.New(refusal.Denied, "config.store_password")
	}
	return nil
}

// WithStore gives the text of a configuration in which the record lies at another address. Everything else in it stays as the operator wrote it.
func WithStore(text []byte, address string) []byte { return with(text, "", "store", address) }

// WithPlace does the same for attachments.
func WithPlace(text []byte, place string) []byte { return with(text, "attachments", "place", place) }

var table = regexp.MustCompile(`(?m)^[ \t]*\[`)

// with writes one setting into a section; the settings of no section stand before all sections.
func with(text []byte, section, name, value string) []byte {
	line := name + " = " + strconv.Quote(value)
	head, body := "", string(text)
	if section != "" {
		at := regexp.MustCompile(`(?m)^[ \t]*\[[ \t]*` + section + `[ \t]*\][^\n]*(\n|\z)`).FindStringIndex(body)
		if at == nil {
			return []byte(ended(body) + "[" + section + "]\n" + line + "\n")
		}
		head, body = ended(body[:at[1]]), body[at[1]:]
	}
	tail := ""
	if at := table.FindStringIndex(body); at != nil {
		body, tail = body[:at[0]], body[at[0]:]
	}
	if at := regexp.MustCompile(`(?m)^[ \t]*` + name + `[ \t]*=.*$`).FindStringIndex(body); at != nil {
		return []byte(head + body[:at[0]] + line + body[at[1]:] + tail)
	}
	if section != "" {
		return []byte(head + line + "\n" + body + tail)
	}
	return []byte(ended(body) + line + "\n" + tail)
}

func ended(text string) string {
	if text != "" && !strings.HasSuffix(text, "\n") {
		return text + "\n"
	}
	return text
}
