package proof

import (
	"crypto/sha256"
	"sync"
	"time"
)

const (
	// tokensKeptMax is how many verified tokens are remembered.
	tokensKeptMax = 4096
	// tokensKept is how long, if they do not expire before: a key or a claim taken back counts after it.
	tokensKept = 10 * time.Minute
)

// kept remembers what verified tokens prove, by their hash: no token stays in memory. Only verified ones get in, so no
// flood of forged ones pushes out a true one.
type kept struct {
	mu      sync.RWMutex
	entries map[[sha256.Size]byte]keptProof
}

type keptProof struct {
	proof Proof
	until time.Time
}

func newKept() *kept { return &kept{entries: map[[sha256.Size]byte]keptProof{}} }

func (k *kept) get(digest [sha256.Size]byte, now time.Time) (Proof, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	entry, ok := k.entries[digest]
	if !ok || now.After(entry.until) {
		return Proof{}, false
	}
	return entry.proof, true
}

func (k *kept) put(digest [sha256.Size]byte, proof Proof, until, now time.Time) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.entries) >= tokensKeptMax {
		k.makeRoom(now)
	}
	k.entries[digest] = keptProof{proof: proof, until: until}
}

// makeRoom wants the lock. It forgets what is over; where that is nothing, any one: it is only verified once more.
func (k *kept) makeRoom(now time.Time) {
	for digest, entry := range k.entries {
		if now.After(entry.until) {
			delete(k.entries, digest)
		}
	}
	for digest := range k.entries {
		if len(k.entries) < tokensKeptMax {
			return
		}
		delete(k.entries, digest)
	}
}
