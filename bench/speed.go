package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"time"
)

// calibrating is for how long each of the two is measured.
const calibrating = 300 * time.Millisecond

// speed is how fast this machine is today, in one line, so that figures of different days can be set beside each other.
func speed() string {
	block := make([]byte, 1<<20)
	hash := median(func() { sha256.Sum256(block) })
	key := ed25519.NewKeyFromSeed(block[:ed25519.SeedSize])
	public, message := key.Public().(ed25519.PublicKey), block[:600] // about an entry
	signature := ed25519.Sign(key, message)
	verify := median(func() { ed25519.Verify(public, message, signature) })
	return fmt.Sprintf("this machine today: SHA-256 of blocks of 1 MiB %.0f MB/s; one Ed25519 verification %.1f µs (medians)", float64(len(block))/1e6/hash.Seconds(), float64(verify.Nanoseconds())/1e3)
}

// median is how long something takes.
func median(do func()) time.Duration {
	var took []time.Duration
	for end := time.Now().Add(calibrating); len(took) == 0 || time.Now().Before(end); {
		began := time.Now()
		do()
		took = append(took, time.Since(began))
	}
	return at(took, 50)
}
