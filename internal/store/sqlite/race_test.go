//go:build race

package sqlite

// The race detector makes the engine some ten times slower, and the simulated disk has nothing to race for: fewer of its ops fail under it.
const underRace = true
