// Package verifier holds the reader's check: two small modules in JavaScript that share no code with the rest, for browsers and for node. The press room serves them as they are.
//
// It promises nothing by itself; tests hold verify.mjs (archives, evidence) and export.mjs (an adopted text) against the Go verifier, byte by byte. docs/protocol.md 3, 4, 6 and 12.
package verifier

import "embed"

// Files are verify.mjs and export.mjs.
//
//go:embed *.mjs
var Files embed.FS
