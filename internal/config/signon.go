package config

import "net/url"

// SignOn is the [sign_on] section.
type SignOn struct {
	Issuer     string   `toml:"issuer" comment:"Who recognises our members: the issuer of the house's directory, exactly as it names itself, https://…; empty: none. It is asked only when somebody signs on."`
	ClientID   string   `toml:"client_id" comment:"Who we are to it, as its operator registered us; people come back at /sign-on/back."`
	SecretFile string   `toml:"secret_file" comment:"File with the secret that we show it, readable by the node's owner alone; empty: it wants none."`
	Seal       Duration `toml:"seal" comment:"How long before a seal the directory must have recognised whoever came in through it; it is asked anew if that is longer ago, and must say when (auth_time). 0s: it is not asked."`
	Only       bool     `toml:"only" comment:"Whether passkeys and passwords no longer open the members' site. The operator's links always do."`
}

// check is the name of the first setting that cannot work, "" if there is none. web is the address that members type.
func (s SignOn) check(web string) string {
	issuer, err := url.Parse(s.Issuer)
	switch {
	case s.Issuer == "" && s.ClientID == "" && s.SecretFile == "" && !s.Only:
		return ""
	case err != nil || !Sheltered(issuer) || issuer.RawQuery != "" || issuer.Fragment != "": // OpenID Connect Core 1.0, 1.2
		return "sign_on.issuer"
	case s.Seal < 0:
		return "sign_on.seal"
	case s.ClientID == "":
		return "sign_on.client_id"
	}
	if u, err := url.Parse(web); err != nil || !Sheltered(u) {
		return "web.url" // people come back to it
	}
	return ""
}

// Sheltered reports whether nobody else can read what is said to an address: it is spoken to under TLS, or is on this machine.
func Sheltered(u *url.URL) bool {
	return u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http" && onThisMachine(u.Hostname()))
}
