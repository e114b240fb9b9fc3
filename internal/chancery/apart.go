package chancery

import (
	"entente.example/internal/config"
	"entente.example/internal/durable"
	"entente.example/refusal"
)

// Apart says what another machine would need beside the database to take a node over, and what stands against processes on two machines. None if the record lies in the directory, on a disk of
// this machine: then everything is in one place.
func Apart(dir string, cfg config.Config) []Examined {
	return apart(dir, cfg.Store != "", durable.Network(dir))
}

func apart(dir string, inDatabase bool, network string) (out []Examined) {
	if inDatabase {
		out = append(out, Examined{Grade: Well, Key: "doctor.apart", Params: refusal.Params{"dir": dir}})
	}
	if network != "" {
		out = append(out, Examined{Grade: Notice, Key: "doctor.network_disk", Params: refusal.Params{"dir": dir, "kind": network}})
	}
	return out
}
