package attribution

import (
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

// Nesting of lists and maps that is read; the detector refuses spans with more.
const depthMax = 16

// safeMax is the largest whole number that JavaScript holds exactly.
const safeMax = 1<<53 - 1

// textOf writes a value as the detector does, which is as JavaScript does: "" for none.
func textOf(value pcommon.Value) string {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		return value.Str()
	case pcommon.ValueTypeInt:
		return strconv.FormatInt(value.Int(), 10)
	case pcommon.ValueTypeBool:
		return strconv.FormatBool(value.Bool())
	case pcommon.ValueTypeDouble:
		return numberText(value.Double())
	case pcommon.ValueTypeBytes:
		return hex.EncodeToString(value.Bytes().AsRaw())
	case pcommon.ValueTypeSlice, pcommon.ValueTypeMap:
		return string(appendJSON(nil, value, 0))
	default:
		return ""
	}
}

// numberText is Number::toString (https://tc39.es/ecma262/#sec-numeric-types-number-tostring).
func numberText(number float64) string {
	size := math.Abs(number)
	switch {
	case math.IsNaN(number):
		return "NaN"
	case math.IsInf(number, 0):
		return strings.TrimPrefix(strings.Replace(strconv.FormatFloat(number, 'g', -1, 64), "Inf", "Infinity", 1), "+")
	case size == 0:
		return "0"
	case size < 1e21 && size >= 1e-6:
		return strconv.FormatFloat(number, 'f', -1, 64)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(number, 'e', -1, 64), "e")
	return mantissa + "e" + exponent[:1] + strings.TrimLeft(exponent[1:], "0")
}

// appendJSON writes a value as JSON.stringify does.
func appendJSON(to []byte, value pcommon.Value, depth int) []byte {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		return appendQuoted(to, value.Str())
	case pcommon.ValueTypeBytes:
		return appendQuoted(to, textOf(value))
	case pcommon.ValueTypeInt:
		if number := value.Int(); number < -safeMax || number > safeMax {
			return appendQuoted(to, textOf(value))
		}
		return append(to, textOf(value)...)
	case pcommon.ValueTypeBool:
		return append(to, textOf(value)...)
	case pcommon.ValueTypeDouble:
		if number := value.Double(); !math.IsNaN(number) && !math.IsInf(number, 0) {
			return append(to, textOf(value)...)
		}
	case pcommon.ValueTypeSlice:
		if depth < depthMax {
			return appendList(to, value.Slice(), depth+1)
		}
	case pcommon.ValueTypeMap:
		if depth < depthMax {
			return appendMap(to, value.Map(), depth+1)
		}
	}
	return append(to, "null"...)
}

func appendList(to []byte, list pcommon.Slice, depth int) []byte {
	to = append(to, '[')
	for at := range list.Len() {
		if at > 0 {
			to = append(to, ',')
		}
		to = appendJSON(to, list.At(at), depth)
	}
	return append(to, ']')
}

type member struct {
	key   string
	value pcommon.Value
	index uint64
}

// noIndex is the order of keys that are no array index: after those that are, as they came.
const noIndex = math.MaxUint64

// appendMap keeps the first of equal keys, and the order of a JavaScript object's properties.
func appendMap(to []byte, values pcommon.Map, depth int) []byte {
	known := make(map[string]bool, values.Len())
	var members []member
	for key, value := range values.All() {
		if !known[key] {
			known[key] = true
			members = append(members, member{key, value, indexOf(key)})
		}
	}
	slices.SortStableFunc(members, func(one, other member) int {
		switch {
		case one.index < other.index:
			return -1
		case one.index > other.index:
			return 1
		}
		return 0
	})
	to = append(to, '{')
	for at, one := range members {
		if at > 0 {
			to = append(to, ',')
		}
		to = append(appendQuoted(to, one.key), ':')
		to = appendJSON(to, one.value, depth)
	}
	return append(to, '}')
}

func indexOf(key string) uint64 {
	index, err := strconv.ParseUint(key, 10, 32)
	if err != nil || index == math.MaxUint32 || strconv.FormatUint(index, 10) != key {
		return noIndex
	}
	return index
}

const hexDigits = "0123456789abcdef"

// appendQuoted is QuoteJSONString (https://tc39.es/ecma262/#sec-quotejsonstring).
func appendQuoted(to []byte, text string) []byte {
	to = append(to, '"')
	for _, char := range text {
		switch char {
		case '"', '\\':
			to = append(to, '\\', byte(char))
		case '\b':
			to = append(to, '\\', 'b')
		case '\t':
			to = append(to, '\\', 't')
		case '\n':
			to = append(to, '\\', 'n')
		case '\f':
			to = append(to, '\\', 'f')
		case '\r':
			to = append(to, '\\', 'r')
		default:
			if char < ' ' {
				to = append(to, '\\', 'u', '0', '0', hexDigits[char>>4], hexDigits[char&15])
			} else {
				to = utf8.AppendRune(to, char)
			}
		}
	}
	return append(to, '"')
}
