package sqlite

import (
	"sync"

	"github.com/klauspost/compress/zstd"
)

// packWindow bounds what packing keeps in memory.
const packWindow = 256 << 10

var (
	packer = sync.OnceValues(func() (*zstd.Encoder, error) {
		return zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(packWindow))
	})
	unpacker = sync.OnceValues(func() (*zstd.Decoder, error) {
		return zstd.NewReader(nil, zstd.WithDecoderConcurrency(2), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(1<<30))
	})
)

// squeeze appends a frame with what state says to into.
func squeeze(into, state []byte) ([]byte, error) {
	enc, err := packer()
	if err != nil {
		return nil, err
	}
	return enc.EncodeAll(state, into), nil
}

// spread is what a frame says, in memory of its own.
func spread(frame []byte) ([]byte, error) {
	dec, err := unpacker()
	if err != nil {
		return nil, err
	}
	return dec.DecodeAll(frame, nil)
}
