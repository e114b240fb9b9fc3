//go:build race

package model

// With the race detector a search takes ten times as long, and there is only one goroutine in it.
const underRace = true
