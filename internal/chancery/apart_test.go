package chancery

import (
	"slices"
	"testing"

	"entente.example/internal/config"
)

// Whoever has the database alone does not have the node, and a disk of another machine is no way to serve it from two.
func TestWhatLiesApartIsSaid(t *testing.T) {
	for _, c := range []struct {
		inDatabase bool
		network    string
		want       []string
	}{
		{false, "", nil},
		{true, "", []string{"well doctor.apart"}},
		{false, "NFS", []string{"notice doctor.network_disk"}},
		{true, "NFS", []string{"well doctor.apart", "notice doctor.network_disk"}},
	} {
		var got []string
		for _, f := range apart("/d", c.inDatabase, c.network) {
			got = append(got, f.Grade+" "+f.Key)
			if f.Params["dir"] != "/d" || f.Params["kind"] != "" && f.Params["kind"] != c.network {
				t.Errorf("%+v", f)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("in a database %v, on %q: %v, want %v", c.inDatabase, c.network, got, c.want)
		}
	}
	cfg := config.Default()
	cfg.Store = "postgres://x@localhost/x"
	if found := Apart(t.TempDir(), cfg); len(found) == 0 || found[0].Key != "doctor.apart" {
		t.Errorf("of a node with a database: %+v", found)
	}
}
