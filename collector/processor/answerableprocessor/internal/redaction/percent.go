package redaction

import (
	"strings"
	"sync"
	"unsafe"
)

// What was encoded more often than this stays as it is.
const percentRoundsMax = 3

// decoded is a text with its percent-encoding undone, and where each of its bytes came from.
type decoded struct {
	bytes  []byte
	places []int32
}

var decodedPool = sync.Pool{New: func() any { return &decoded{} }}

func (d *decoded) text() string { return unsafe.String(unsafe.SliceData(d.bytes), len(d.bytes)) }

// decodePercent undoes percent-encoding, so that a secret in a URL is seen as what it is; nil where there is none. The result
// goes back to the pool after use, and its text with it.
func decodePercent(text string) *decoded {
	if firstEncoded(text) < 0 {
		return nil
	}
	result := decodedPool.Get().(*decoded)
	result.bytes = append(result.bytes[:0], text...)
	result.places = result.places[:0]
	for place := range len(text) + 1 {
		result.places = append(result.places, int32(place))
	}
	for range percentRoundsMax {
		from := firstEncoded(result.text())
		if from < 0 {
			break
		}
		result.once(from)
	}
	return result
}

// once undoes one round, in place: what comes out is never longer.
func (d *decoded) once(from int) {
	to := from
	for at := from; at < len(d.bytes); at++ {
		d.bytes[to], d.places[to] = d.bytes[at], d.places[at]
		if d.bytes[at] == '%' && at+2 < len(d.bytes) && isHex(d.bytes[at+1]) && isHex(d.bytes[at+2]) {
			d.bytes[to] = hexValue(d.bytes[at+1])<<4 | hexValue(d.bytes[at+2])
			at += 2
		}
		to++
	}
	d.places[to] = d.places[len(d.bytes)]
	d.bytes, d.places = d.bytes[:to], d.places[:to+1]
}

func firstEncoded(text string) int {
	for from := 0; ; {
		at := strings.IndexByte(text[from:], '%')
		if at < 0 || from+at+2 >= len(text) {
			return -1
		}
		if at += from; isHex(text[at+1]) && isHex(text[at+2]) {
			return at
		}
		from = at + 1
	}
}

func hexValue(char byte) byte {
	if isDigit(char) {
		return char - '0'
	}
	return char | 32 - 'a' + 10
}
