package config

import (
	"net/url"
	"path"
	"strings"

	"entente.example/refusal"
)

// InDatabase is the place of attachments that lie in the database of the record.
const InDatabase = "database"

// Place is where attachments lie; the zero value is the file beside the record. At most one of its parts is set.
type Place struct {
	Database bool
	Folder   string
	Bucket   *Bucket
}

// Bucket is a bucket that understands S3.
type Bucket struct {
	Host, Name, Prefix, Region string
	Clear                      bool // without TLS: only on this machine
}

// Where reads the place of attachments; store is the address of the record.
func (a Attachments) Where(store string) (p Place, err error) {
	bad := refusal.New(refusal.Invalid, "config.bad_place", "place", a.Place)
	switch {
	case a.Place == "":
		return p, nil
	case a.Place == InDatabase && store == "":
		return p, refusal.New(refusal.Invalid, "config.place_without_database")
	case a.Place == InDatabase:
		return Place{Database: true}, nil
	case strings.ContainsAny(a.Place, "\r\n"):
		return p, bad
	case strings.HasPrefix(a.Place, "/"):
		if path.Clean(a.Place) != a.Place || a.Place == "/" {
			return p, bad
		}
		return Place{Folder: a.Place}, nil
	}
	u, err := url.Parse(a.Place)
	if err != nil || u.Host == "" || u.Fragment != "" || u.Scheme != "s3" && (u.Scheme != "s3+http" || !onThisMachine(u.Hostname())) {
		return p, bad
	}
	if u.User != nil {
		return p, refusal.New(refusal.Denied, "config.place_secret")
	}
	q := u.Query()
	b := Bucket{Host: u.Host, Region: q.Get("region"), Clear: u.Scheme == "s3+http"}
	b.Name, b.Prefix, _ = strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	q.Del("region")
	if b.Name == "" || len(q) > 0 || b.Prefix != "" && (path.Clean(b.Prefix) != b.Prefix || strings.HasPrefix(b.Prefix, "../") || b.Prefix == "..") {
		return p, bad
	}
	return Place{Bucket: &b}, nil
}
