// Package entente holds no code: it is where the tests of the map (ARCHITECTURE.md) live.
package entente
