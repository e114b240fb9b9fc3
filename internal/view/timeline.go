package view

import (
	"slices"
	"strconv"
	"time"
)

// Timeline is the picture of all meetings, in units of its own drawing.
type Timeline struct {
	Width, Height int
	Axis          int // y of the main series
	Lanes         []Lane
	Ticks         []Tick
	Above, Below  string // side whose meetings stand above, and below, the axis
}

// Lane is one series in the picture.
type Lane struct {
	Series Series
	Y      int
	Points []Point
	Gaps   []Gap
}

// Point is a meeting in the picture. Up says on which side of the axis its label stands.
type Point struct {
	Meeting
	X, Y    int
	Year    string
	Up      bool
	Planned bool
}

// Gap is a break in the picture.
type Gap struct {
	Break
	X1, X2, Mid int
}

// Tick is a year on the axis.
type Tick struct {
	X     int
	Label string // "" for a small one
}

const (
	timelineWidth = 1000
	marginX       = 34
	axisY         = 92
	laneHeight    = 46
	plannedRoom   = 60 // to the right of the last dated meeting, for those only planned
)

// NewTimeline lays the meetings out. sides give above and below: the first side's meetings stand above.
func NewTimeline(series []Series, sides []Side) Timeline {
	t := Timeline{Width: timelineWidth, Axis: axisY}
	if len(sides) > 1 {
		t.Above, t.Below = sides[0].ID, sides[1].ID
	}
	first, last := 0.0, 0.0
	for _, s := range series {
		for _, m := range s.Meetings {
			if y, ok := yearOf(m.Start); ok {
				if first == 0 || y < first {
					first = y
				}
				last = max(last, y)
			}
		}
	}
	if first == 0 {
		return Timeline{}
	}
	from, to := float64(int(first)), float64(int(last)+1)
	x := func(year float64) int {
		return marginX + int((year-from)/(to-from)*float64(timelineWidth-2*marginX-plannedRoom))
	}
	for y := int(from); y <= int(to); y++ {
		k := Tick{X: x(float64(y))}
		if y%5 == 0 {
			k.Label = strconv.Itoa(y)
		}
		t.Ticks = append(t.Ticks, k)
	}
	ordered := slices.Clone(series)
	slices.SortStableFunc(ordered, func(a, b Series) int { return b.main() - a.main() })
	for i, s := range ordered {
		lane := Lane{Series: s, Y: axisY}
		if i > 0 {
			lane.Y = 2*axisY + 24 + (i-1)*laneHeight
		}
		lane.place(t, x)
		t.Lanes = append(t.Lanes, lane)
	}
	t.Height = t.Lanes[len(t.Lanes)-1].Y + laneHeight - 16
	if len(t.Lanes) == 1 {
		t.Height = 2 * axisY
	}
	return t
}

func (s Series) main() int {
	if s.Main {
		return 1
	}
	return 0
}

// place puts a lane's meetings and breaks at their x. A meeting without a date stands after the last one that has one.
func (l *Lane) place(t Timeline, x func(float64) int) {
	end := 0
	byNumber := map[int]int{}
	for _, m := range l.Series.Meetings {
		p := Point{Meeting: m, Y: l.Y, Up: m.Host == t.Above || t.Above == ""}
		if y, ok := yearOf(m.Start); ok {
			p.X, p.Year = x(y), m.Start[:4]
			end = max(end, p.X)
		} else {
			end += plannedRoom
			p.X, p.Planned = end, true
		}
		byNumber[m.Number] = p.X
		l.Points = append(l.Points, p)
	}
	for _, b := range l.Series.Breaks {
		g := Gap{Break: b, X1: byNumber[b.After], X2: byNumber[b.Before]}
		g.Mid = (g.X1 + g.X2) / 2
		l.Gaps = append(l.Gaps, g)
	}
}

// yearOf is a date of any precision as a fraction of years.
func yearOf(date string) (float64, bool) {
	for _, layout := range []string{"2006-01-02", "2006-01", "2006"} {
		if d, err := time.Parse(layout, date); err == nil {
			return float64(d.Year()) + float64(d.YearDay()-1)/366, true
		}
	}
	return 0, false
}
