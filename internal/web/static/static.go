// Package static holds the look that every site of a node shares, and the members' pages' scripts.
package static

import "embed"

// Files are style, icons, scripts, and what makes the pages an app where a platform has those.
//
//go:embed *.css *.svg *.js *.webmanifest
var Files embed.FS
