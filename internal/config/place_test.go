package config

import (
	"errors"
	"testing"

	"entente.example/refusal"
)

func TestPlacesOfAttachments(t *testing.T) {
	for place, key := range map[string]string{
		"": "", "database": "", "/srv/papers": "", "s3://s3.example.org/papers": "", "s3://s3.example.org:9000/papers/cedar/a?region=eu-north-1": "", "s3+http://127.0.0.1:9000/papers": "",
		"papers": "config.bad_place", "/": "config.bad_place", "/srv/../etc": "config.bad_place", "/srv/papers/": "config.bad_place", "s3://s3.example.org": "config.bad_place", "s3://s3.example.org/": "config.bad_place",
		"s3:///papers": "config.bad_place", "s3+http://s3.example.org/papers": "config.bad_place", "https://s3.example.org/papers": "config.bad_place", "s3://h/b/../c": "config.bad_place",
		"s3://h/b?secret=x": "config.bad_place", "/srv\npapers": "config.bad_place", "s3://us:secret@h/b": "config.place_secret",
	} {
		_, err := Attachments{Place: place}.Where("postgres://db/x")
		r, _ := errors.AsType[*refusal.Error](err)
		if key == "" && err != nil || key != "" && (r == nil || r.Key != key) {
			t.Errorf("%q: %v, want %q", place, err, key)
		}
	}
	if _, err := (Attachments{Place: InDatabase}).Where(""); refusal.As(err).Key != "config.place_without_database" {
		t.Errorf("attachments in the database of a record that lies in none: %v", err)
	}
	p, err := Attachments{Place: "s3+http://[::1]:9000/papers/cedar/a?region=eu-1"}.Where("")
	if want := (Bucket{Host: "[::1]:9000", Name: "papers", Prefix: "cedar/a", Region: "eu-1", Clear: true}); err != nil || p.Bucket == nil || *p.Bucket != want {
		t.Errorf("%+v, %v", p.Bucket, err)
	}
}

func TestThePlaceOfAttachmentsIsWrittenAndNothingElse(t *testing.T) {
	for before, want := range map[string]string{
		"party = 'cedar'\n[attachments] # ours\nfile = '1MiB'\nplace = '' # a file\n[web]\nlisten = ''\n": "party = 'cedar'\n[attachments] # ours\nfile = '1MiB'\nplace = \"/srv/x\"\n[web]\nlisten = ''\n",
		"place = 1\n[attachments]\nfile = '1MiB'\n[web]\nplace = ''\n":                                    "place = 1\n[attachments]\nplace = \"/srv/x\"\nfile = '1MiB'\n[web]\nplace = ''\n",
		"party = 'cedar'":               "party = 'cedar'\n[attachments]\nplace = \"/srv/x\"\n",
		"[attachments]":                 "[attachments]\nplace = \"/srv/x\"\n",
		"# [attachments]\n# place = ''": "# [attachments]\n# place = ''\n[attachments]\nplace = \"/srv/x\"\n",
	} {
		if got := string(WithPlace([]byte(before), "/srv/x")); got != want {
			t.Errorf("%q became %q, want %q", before, got, want)
		}
	}
}
