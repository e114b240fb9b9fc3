// Package worked is small enough to count its mutants by hand.
package worked

func bounded(n int) bool {
	return n > 0 && n < 10
}
