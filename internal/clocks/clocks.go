// Package clocks knows what the clocks of a zone show.
//
// It promises that everybody reads a zone in the same way: whoever writes by its clocks and whoever is shown what they wrote.
package clocks

import "time"

// Wall is how people write an instant by the clocks of a zone.
const Wall = "2006-01-02 15:04"

// Of finds a zone by its name in the world's database of zones, as Asia/Tokyo, or by its distance from UTC, as +09:00. ok is false for what is neither; this machine's own zone has no name here.
func Of(name string) (where *time.Location, ok bool) {
	if o, err := time.Parse("Z07:00", name); err == nil {
		_, seconds := o.Zone()
		return time.FixedZone("", seconds), true
	}
	if name == "" || name == "Local" {
		return nil, false
	}
	where, err := time.LoadLocation(name)
	return where, err == nil
}
