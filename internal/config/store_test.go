package config

import (
	"errors"
	"testing"

	"entente.example/refusal"
)

func TestAddressesOfDatabases(t *testing.T) {
	for address, key := range map[string]string{
		"": "", "postgres://entente@db.example/entente": "", "postgresql://entente@/entente?host=%2Frun%2Fpostgresql": "", "postgres://e@db.example:5433/e?sslmode=verify-full&sslrootcert=/etc/ca.pem": "",
		"sqlite:record.db": "config.bad_store", "db.example": "config.bad_store", "postgres://db.example": "config.bad_store", "postgres://db.example/": "config.bad_store",
		"postgres://db/x\n":                             "config.bad_store",
		"postgres://entente:hunter2@db.example/entente": "config.store_password", "postgres://e@db/e?password=hunter2": "config.store_password", "postgres://e@db/e?sslpassword=x": "config.store_password",
	} {
		err := CheckStore(address)
		r, _ := errors.AsType[*refusal.Error](err)
		if key == "" && err != nil || key != "" && (r == nil || r.Key != key) {
			t.Errorf("%q: %v, want %q", address, err, key)
		}
	}
}

func TestThePlaceOfTheRecordIsWrittenAndNothingElse(t *testing.T) {
	for before, want := range map[string]string{
		"# ours\nparty = 'cedar'\nstore = '' # a file\n\n[names]\nen = 'Cedar'\n": "# ours\nparty = 'cedar'\nstore = \"postgres://db/x\"\n\n[names]\nen = 'Cedar'\n",
		"party = 'cedar'\n# store = 'old'\n[names]\nstore = 'Cedar'\n":            "party = 'cedar'\n# store = 'old'\nstore = \"postgres://db/x\"\n[names]\nstore = 'Cedar'\n",
		"party = 'cedar'": "party = 'cedar'\nstore = \"postgres://db/x\"\n",
		"":                "store = \"postgres://db/x\"\n",
	} {
		got := WithStore([]byte(before), "postgres://db/x")
		if string(got) != want {
			t.Errorf("%q became %q, want %q", before, got, want)
		}
		if c, err := Parse("x", got); err != nil || c.Store != "postgres://db/x" {
			t.Errorf("%q reads as %q, %v", got, c.Store, err)
		}
	}
}
