package redaction

import (
	"hash/maphash"
	"regexp"
	"strings"
	"sync/atomic"
)

// meaning is what the name before a value says of it.
type meaning uint8

const (
	nothing meaning = iota
	// Any value is secret.
	password
	// A value that looks generated is.
	credential
	// The whole of the value is, whatever its parts are.
	header
	// It is a name for something, however random it looks.
	id
)

var meaningNames = [...]string{nothing: "", password: "password", credential: "credential", header: "header", id: "id"}

func (m meaning) isSecret() bool { return m == password || m == credential || m == header }

const (
	keyBytesMax  = 64
	meaningsKept = 1 << 11
)

type keyMeaning struct {
	key     string
	meaning meaning
}

// keys tells what names mean. They come again and again, so the answer is kept; made-up ones can't fill the memory.
type keys struct {
	password, header, place, id, credential *regexp.Regexp

	seed maphash.Seed
	kept [meaningsKept]atomic.Pointer[keyMeaning]
}

func newKeys(from *data) (*keys, error) {
	made := &keys{seed: maphash.MakeSeed()}
	for pattern, to := range map[string]**regexp.Regexp{
		from.Keys.Password:   &made.password,
		from.Keys.Header:     &made.header,
		from.Keys.Place:      &made.place,
		from.Keys.ID:         &made.id,
		from.Keys.Credential: &made.credential,
	} {
		var err error
		if *to, err = compile(pattern, ""); err != nil {
			return nil, err
		}
	}
	return made, nil
}

func (k *keys) meaningOf(key string) meaning {
	if key == "" {
		return nothing
	}
	if len(key) > keyBytesMax {
		return k.judge(key[len(key)-keyBytesMax:])
	}
	slot := &k.kept[maphash.String(k.seed, key)%meaningsKept]
	if known := slot.Load(); known != nil && known.key == key {
		return known.meaning
	}
	found := k.judge(key)
	slot.Store(&keyMeaning{strings.Clone(key), found})
	return found
}

func (k *keys) judge(key string) meaning {
	words := wordsOf(key)
	switch {
	case k.password.MatchString(words):
		return password
	case k.header.MatchString(words):
		return header
	case k.place.MatchString(words), k.id.MatchString(words):
		return id
	case k.credential.MatchString(words):
		return credential
	}
	return nothing
}

// wordsOf writes a name in small letters, its words joined by `_`.
func wordsOf(key string) string {
	words := make([]byte, 0, 2*keyBytesMax)
	for at := 0; at < len(key); at++ {
		char := key[at]
		switch {
		case char >= 'A' && char <= 'Z':
			if at > 0 && (isDigit(key[at-1]) || (key[at-1] >= 'a' && key[at-1] <= 'z')) {
				words = append(words, '_')
			}
			char |= 32
		case char == '-' || char == '.' || !notSpace[char]:
			char = '_'
		}
		words = append(words, char)
	}
	return string(words)
}
