package redaction

import (
	"hash/maphash"
	"math/bits"
	"sync/atomic"
)

// Slots of the table of what was found clean: half a megabyte.
const cleanSlots = 1 << 16

// cleanPairs remembers keys and values that were found clean, as attributes repeat. Each slot holds a hash of 64 bits under a seed
// that nobody outside knows, and a new one takes the place of the old, so that the table is bounded and needs no lock. That a
// secret has the hash of what stands in its slot happens once in 2^63.
type cleanPairs struct {
	seed  maphash.Seed
	slots [cleanSlots]atomic.Uint64
}

func newCleanPairs() *cleanPairs { return &cleanPairs{seed: maphash.MakeSeed()} }

func (c *cleanPairs) hash(text string) uint64 { return maphash.String(c.seed, text) }

// pair joins two hashes so that neither order nor equality of the two cancels out; never 0, as an empty slot is.
func (c *cleanPairs) pair(key, text uint64) uint64 {
	high, low := bits.Mul64(key^0x9e3779b97f4a7c15, text|1)
	return (high ^ low ^ bits.RotateLeft64(text, 32)) | 1<<63
}

func (c *cleanPairs) has(hash uint64) bool { return c.slots[hash%cleanSlots].Load() == hash }

func (c *cleanPairs) add(hash uint64) { c.slots[hash%cleanSlots].Store(hash) }
