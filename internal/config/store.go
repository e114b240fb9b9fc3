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

var (
	storeLine  = regexp.MustCompile(`(?m)^[ \t]*store[ \t]*=.*$`)
	firstTable = regexp.MustCompile(`(?m)^[ \t]*\[`)
)

// WithStore gives the text of a configuration in which the record lies at another address. Everything else in it stays as the operator wrote it.
func WithStore(text []byte, address string) []byte {
	line := "store = " + strconv.Quote(address)
	top := len(text) // settings of no section stand before all sections
	if at := firstTable.FindIndex(text); at != nil {
		top = at[0]
	}
	head, rest := string(text[:top]), string(text[top:])
	if at := storeLine.FindStringIndex(head); at != nil {
		return []byte(head[:at[0]] + line + head[at[1]:] + rest)
	}
	if head != "" && !strings.HasSuffix(head, "\n") {
		head += "\n"
	}
	return []byte(head + line + "\n" + rest)
}
