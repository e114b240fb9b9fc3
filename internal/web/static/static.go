// Package static holds the look that every site of a node shares, and the members' pages' scripts.
package static

import "embed"

// Files are style, icons and scripts.
//
//go:embed *.css *.svg *.js
var Files embed.FS
