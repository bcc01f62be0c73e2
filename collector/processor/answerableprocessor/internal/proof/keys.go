package proof

import (
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

const (
	// keysFresh is the age from which on keys are read again, so that one taken back stops counting.
	keysFresh = 10 * time.Minute
	// keysStaleMax is the age up to which keys go on counting while their issuer gives no newer ones.
	keysStaleMax = 24 * time.Hour
	// keysPause between two readings, whatever tokens come: a flood of unknown key ids is no flood of requests.
	keysPause = 10 * time.Second
	// keysMax of one issuer.
	keysMax = 64
	// keysTriedMax for a token that does not say which key signed it.
	keysTriedMax = 8
	rsaBitsMin   = 2048
)

// keySet holds the keys of one issuer: read when first needed, when they are old, and when a token names one that is not
// there.
type keySet struct {
	issuer string
	// source gives a JSON Web Key Set; its error is a sentence without addresses and secrets.
	source func(context.Context) ([]byte, error)
	now    func() time.Time
	// life ends readings under way; running counts them.
	life    context.Context
	running *sync.WaitGroup

	mu      sync.Mutex
	keys    []jose.JSONWebKey
	readAt  time.Time
	triedAt time.Time
	failure string
	// done is closed when the reading under way ends; nil while there is none.
	done chan struct{}
}

// get returns the keys that may have signed a token with this key id ("" where it names none) and when they were read;
// of those, only keys read later than `after` count. It waits for a reading where nothing fits.
func (s *keySet) get(ctx context.Context, kid string, after time.Time) ([]jose.JSONWebKey, time.Time, error) {
	fitting, readAt, wait := s.look(kid, after)
	if fitting == nil && wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, readAt, s.away("the request ended")
		}
		return s.afterWait(kid, after)
	}
	if fitting == nil {
		return nil, readAt, s.away(s.why())
	}
	return fitting, readAt, nil
}

// look returns what is at hand, and what to wait for where that is nothing.
func (s *keySet) look(kid string, after time.Time) ([]jose.JSONWebKey, time.Time, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	fitting := s.fitting(kid, after)
	mayRead := s.done == nil && s.now().Sub(s.triedAt) >= keysPause
	if mayRead && (fitting == nil || s.now().Sub(s.readAt) >= keysFresh) {
		s.read()
	}
	return fitting, s.readAt, s.done
}

func (s *keySet) afterWait(kid string, after time.Time) ([]jose.JSONWebKey, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if fitting := s.fitting(kid, after); fitting != nil {
		return fitting, s.readAt, nil
	}
	if s.failure != "" {
		return nil, s.readAt, s.away(s.failure)
	}
	return nil, s.readAt, Refused{Reason: ReasonTokenKey}
}

func (s *keySet) why() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failure != "" {
		return s.failure
	}
	// The key may be a new one. Refusing would lose what it signed, so the sender is to come again.
	return "they were read a moment ago, without the key asked for"
}

func (s *keySet) away(cause string) error { return Unavailable{Issuer: s.issuer, Cause: cause} }

// fitting wants the lock.
func (s *keySet) fitting(kid string, after time.Time) []jose.JSONWebKey {
	if !s.readAt.After(after) || s.now().Sub(s.readAt) > keysStaleMax {
		return nil
	}
	var fitting []jose.JSONWebKey
	for _, key := range s.keys {
		if (kid == "" || key.KeyID == kid) && len(fitting) < keysTriedMax {
			fitting = append(fitting, key)
		}
	}
	return fitting
}

// read wants the lock. One reading at a time.
func (s *keySet) read() {
	done := make(chan struct{})
	s.done = done
	s.running.Go(func() {
		keys, err := s.fetch()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.triedAt = s.now()
		if err == nil {
			s.keys, s.readAt, s.failure = keys, s.triedAt, ""
		} else {
			s.failure = err.Error()
		}
		s.done = nil
		close(done)
	})
}

func (s *keySet) fetch() ([]jose.JSONWebKey, error) {
	body, err := s.source(s.life)
	if err != nil {
		return nil, err
	}
	return parseKeys(body)
}

var errNoKeySet = errors.New("the answer is no JSON Web Key Set")

// parseKeys takes the keys that can sign tokens, and leaves out the others: of encryption, of X.509 SVIDs, shared secrets,
// kinds that the library does not know.
func parseKeys(body []byte) ([]jose.JSONWebKey, error) {
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if err := json.Unmarshal(body, &set); err != nil || set.Keys == nil {
		return nil, errNoKeySet
	}
	if len(set.Keys) > keysMax {
		return nil, errors.New("the key set has too many keys")
	}
	var keys []jose.JSONWebKey
	for _, raw := range set.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(raw) == nil && canSign(key) {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

func canSign(key jose.JSONWebKey) bool {
	if !key.Valid() || !key.IsPublic() || (key.Use != "" && key.Use != "sig" && key.Use != "jwt-svid") {
		return false
	}
	public, isRSA := key.Key.(*rsa.PublicKey)
	return !isRSA || public.N.BitLen() >= rsaBitsMin
}
