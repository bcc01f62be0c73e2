// Package redaction takes secrets out of texts and spans: the same formats, keys and phrases as the SDK, from
// schemas/redaction.json.
//
// It makes of a text what the SDK makes of it, except that lengths are counted in bytes here and in UTF-16 units there, so that
// limits differ beyond ASCII.
package redaction

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"
	"unicode/utf8"
)

const (
	textBytesMaxDefault = 16_384
	// How far beyond the cut is read, to know a secret that lies across it; the longest with an end are shorter.
	beyondCutBytes = 2_048
	cutMark        = "…"
	unreadable     = "[redacted:unreadable]"
	tooDeep        = "[redacted:deep]"
	// Hex digits of a reference.
	referenceDigits = 16
)

// Redactor takes secrets out of what leaves. It is safe for concurrent use.
type Redactor struct {
	rules    *rules
	clean    *cleanPairs
	key      []byte
	tenant   string
	bytesMax int
}

// Options of a Redactor.
type Options struct {
	// Key of the references that stand for secrets; none without it.
	Key []byte
	// Tenant whose references they are.
	Tenant string
	// TextBytesMax is the size in bytes from which on a text is cut; 16,384 where it is 0.
	TextBytesMax int
}

var compiled = sync.OnceValues(newRules)

// New makes a Redactor; the formats are compiled once for all. An error means that the data in this program is broken.
func New(options Options) (*Redactor, error) {
	rules, err := compiled()
	if err != nil {
		return nil, err
	}
	made := &Redactor{rules: rules, clean: newCleanPairs(), tenant: options.Tenant, bytesMax: options.TextBytesMax}
	made.key = append(made.key, options.Key...)
	if made.bytesMax <= 0 {
		made.bytesMax = textBytesMaxDefault
	}
	return made, nil
}

// Text returns the text without secrets and how many were replaced; key is what the text is the value of, "" where that is not
// known. Each secret becomes `[redacted:<format>]`, or `[redacted:<format>:<reference>]` where there is a key of references. A text
// longer than TextBytesMax is cut there and ends in `…`; a secret that lies across the cut is replaced whole. It never panics:
// what can't be read is replaced whole.
func (r *Redactor) Text(text, key string) (clean string, count int) {
	// Not the hash that attributes have: of those more is asked.
	return r.hashed(text, key, r.clean.pair(^r.clean.hash(key), r.clean.hash(text)))
}

// hashed is Text, where the hash of both is known.
func (r *Redactor) hashed(text, key string, hash uint64) (string, int) {
	if r.clean.has(hash) {
		return text, 0
	}
	clean, count := r.safely(text, key)
	if count == 0 && len(text) <= r.bytesMax {
		r.clean.add(hash)
	}
	return clean, count
}

func (r *Redactor) safely(text, key string) (clean string, count int) {
	defer func() {
		if recover() != nil {
			clean, count = unreadable, 1
		}
	}()
	return r.read(text, key)
}

func (r *Redactor) read(text, key string) (string, int) {
	until := len(text)
	if until > r.bytesMax {
		until = r.bytesMax
		text = text[:min(len(text), until+beyondCutBytes)]
	}
	isCut := until < len(text)
	if of := r.rules.keys.meaningOf(key); of.isSecret() && r.rules.isSecret(of, text, false) {
		return r.instead(meaningNames[of], text), 1
	}
	undone := decodePercent(text)
	source := text
	if undone != nil {
		defer decodedPool.Put(undone)
		source = undone.text()
	}
	hits := r.rules.scan(source, key)
	if len(hits) == 0 && !isCut {
		return text, 0
	}
	return r.replace(text, source, undone, hits, until, isCut)
}

// replace writes the text up to a place, or to the end of a secret that begins before it.
func (r *Redactor) replace(text, source string, undone *decoded, hits []found, until int, isCut bool) (string, int) {
	var out strings.Builder
	out.Grow(until + len(hits)*len(unreadable))
	from, count := 0, 0
	place := func(at int) int {
		if undone == nil {
			return at
		}
		return int(undone.places[at])
	}
	for _, hit := range hits {
		start := place(hit.start)
		if start >= until {
			break
		}
		// What fills base64 up may be a secret of its own.
		out.WriteString(text[min(from, start):start])
		out.WriteString(r.instead(hit.format, source[hit.start:hit.end]))
		from = place(hit.end)
		count++
	}
	// Half a character is none.
	for isCut && until > from && !utf8.RuneStart(text[until]) {
		until--
	}
	if from < until {
		out.WriteString(text[from:until])
	}
	if isCut {
		out.WriteString(cutMark)
	}
	return out.String(), count
}

func (r *Redactor) instead(format, secret string) string {
	if len(r.key) == 0 {
		return "[redacted:" + format + "]"
	}
	return "[redacted:" + format + ":" + r.reference(secret) + "]"
}

// reference is a name for a secret that says nothing of it: who sees it twice knows that it is the same one, and nothing more.
// Under another tenant, or another key, the same secret has another name.
func (r *Redactor) reference(secret string) string {
	sum := hmac.New(sha256.New, r.key)
	sum.Write([]byte(r.tenant + "\x00"))
	sum.Write([]byte(secret))
	return "hmac-sha256:" + hex.EncodeToString(sum.Sum(nil))[:referenceDigits]
}
