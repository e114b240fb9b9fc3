// Package docs owns the user's guide as a node's pages show it: the very files that the repository shows.
package docs

import "embed"

// Files are the guide in three languages and its pictures.
//
//go:embed guide.md guide.zh.md guide.ja.md pictures/*-en.png pictures/*-zh.png pictures/*-ja.png
var Files embed.FS
