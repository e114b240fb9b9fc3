//go:build !linux

package marks

import "os"

func dataSync(f *os.File) error { return f.Sync() }
