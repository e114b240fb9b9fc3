package chancery

import (
	"testing"
	"time"
)

// A disk is spoken of before it is full; a site and numbers that other machines reach without a word are, however they are written.
func TestWhatTheMachineOffersIsExamined(t *testing.T) {
	for free, want := range map[int64]string{0: "wrong doctor.disk_full", 256<<20 - 1: "wrong doctor.disk_full", 256 << 20: "notice doctor.disk_low", 2<<30 - 1: "notice doctor.disk_low", 2 << 30: "well doctor.disk"} {
		if f := roomLeft(free); f.Grade+" "+f.Key != want {
			t.Errorf("%d bytes are free: %+v, want %s", free, f, want)
		}
	}
	c, _ := opening(t, t.TempDir(), time.Now())
	for _, x := range []struct {
		listen, url string
		want        bool
	}{{"127.0.0.1:8443", "", false}, {"localhost:8443", "", false}, {"[::1]:8443", "", false}, {"0.0.0.0:8443", "", true}, {":8443", "", true}, {"10.0.0.1:8443", "http://members.example", true}, {"0.0.0.0:8443", "https://members.example", false}, {"", "", false}} {
		c.cfg.Web.Listen, c.cfg.Web.URL, c.cfg.Operating.Listen = x.listen, x.url, x.listen
		if f, found := c.examineSite(); found != x.want || found && f.Grade != Wrong {
			t.Errorf("a site at %q, %q: %+v %v", x.listen, x.url, f, found)
		}
		if f, found := c.examineNumbers(); found != (x.want || x.url == "https://members.example") || found && f.Grade != Notice {
			t.Errorf("numbers at %q: %+v %v", x.listen, f, found)
		}
	}
}
