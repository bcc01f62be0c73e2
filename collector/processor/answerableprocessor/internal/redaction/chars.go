package redaction

// Sets of bytes, by which texts are walked without regular expressions.
type charSet [256]bool

func setOf(chars string) *charSet {
	set := &charSet{}
	for at := 0; at < len(chars); at++ {
		set[chars[at]] = true
	}
	return set
}

// allBut holds every byte but these and ASCII white space.
func allBut(chars string) *charSet {
	set := setOf(chars + "\t\n\v\f\r ")
	for char := range set {
		set[char] = !set[char]
	}
	return set
}

const (
	digitChars  = "0123456789"
	smallChars  = "abcdefghijklmnopqrstuvwxyz"
	bigChars    = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	letterChars = smallChars + bigChars
	alnumChars  = letterChars + digitChars
)

var (
	alnum      = setOf(alnumChars)
	letters    = setOf(letterChars)
	keyChars   = setOf(alnumChars + "_-.")
	wordDash   = setOf(alnumChars + "_-")
	base64Line = setOf(alnumChars + "+/=")
	notSpace   = allBut("")
)

// run says where the bytes of a set end that begin at a place, after max of them at the latest. White space beyond ASCII ends a
// set that leaves white space out.
func run(text string, from, most int, set *charSet) int {
	end := len(text)
	if end-from > most {
		end = from + most
	}
	for at := from; at < end; at++ {
		char := text[at]
		if !set[char] || (char >= 0xc2 && wideSpace(text, at)) {
			return at
		}
	}
	return max(end, from)
}

// wideSpace says whether white space beyond ASCII stands at a place, as JavaScript counts it.
func wideSpace(text string, at int) bool {
	rest := text[at:]
	if len(rest) > 1 && rest[0] == 0xc2 {
		return rest[1] == 0xa0
	}
	if len(rest) < 3 {
		return false
	}
	switch rest[:2] {
	case "\xe1\x9a":
		return rest[2] == 0x80
	case "\xe2\x80":
		return rest[2] <= 0x8a || rest[2] == 0xa8 || rest[2] == 0xa9 || rest[2] == 0xaf
	case "\xe2\x81":
		return rest[2] == 0x9f
	case "\xe3\x80":
		return rest[2] == 0x80
	case "\xef\xbb":
		return rest[2] == 0xbf
	}
	return false
}

func hasSpace(text string) bool { return run(text, 0, len(text), notSpace) < len(text) }

func isDigit(char byte) bool { return char >= '0' && char <= '9' }

func isLetter(char byte) bool { return letters[char] }

func isHex(char byte) bool {
	return isDigit(char) || (char|32 >= 'a' && char|32 <= 'f')
}

// charAt is the byte at a place; 0 where there is none.
func charAt(text string, at int) byte {
	if at < 0 || at >= len(text) {
		return 0
	}
	return text[at]
}

// startsWith says whether a text stands at a place.
func startsWith(text, part string, at int) bool {
	return at >= 0 && at <= len(text) && len(text)-at >= len(part) && text[at:at+len(part)] == part
}

// startsFold says the same of a text in small letters, found in any case.
func startsFold(text, small string, at int) bool {
	if at < 0 || len(text)-at < len(small) {
		return false
	}
	for nth := 0; nth < len(small); nth++ {
		char := text[at+nth]
		if char >= 'A' && char <= 'Z' {
			char |= 32
		}
		if char != small[nth] {
			return false
		}
	}
	return true
}
