package redaction

// Secrets that are known by what stands before them, where that is no `key: value`. Those that no regular expression shared
// with JavaScript finds are walked by hand, as the expressions in instrumentation/redact/phrases.ts have it.

const (
	secretBytesMax = 4_096
	// By which a bearer token is judged, however long it is: one that is generated shows it sooner.
	bearerJudgedMax = 1_024
	// How much before its place a phrase of the data may ask for.
	beforeBytesMax = 16
)

func finderOf(phrase phraseData, byHand map[string]findFunc) (findFunc, error) {
	if phrase.Pattern == "" {
		find := byHand[phrase.Rule]
		return func(text string, at int) (found, bool) {
			hit, ok := find(text, at)
			hit.format = phrase.ID
			return hit, ok && !isLeft(text, hit)
		}, nil
	}
	pattern, err := compile("^(?:"+phrase.Pattern+")", "")
	if err != nil {
		return nil, err
	}
	before, err := compile("(?:"+phrase.Before+")$", "")
	if err != nil {
		return nil, err
	}
	group := 2 * pattern.SubexpIndex("secret")
	return func(text string, at int) (found, bool) {
		if !before.MatchString(text[max(0, at-beforeBytesMax):at]) {
			return found{}, false
		}
		place := pattern.FindStringSubmatchIndex(text[at:])
		if place == nil {
			return found{}, false
		}
		hit := found{at + place[group], at + place[group+1], phrase.ID}
		return hit, !isLeft(text, hit)
	}, nil
}

// isLeft says whether a secret is what is left of one that was taken out before.
func isLeft(text string, hit found) bool {
	return startsWith(text, oursBegins, hit.end) && startsWith(text, hit.format, hit.end+len(oursBegins))
}

func (l *looks) phrasesByHand() map[string]findFunc {
	return map[string]findFunc{
		"private-key":   privateKey,
		"jwt":           jwt,
		"bearer":        l.bearer,
		"basic":         basic,
		"password-told": l.passwordTold,
		"identified-by": l.identifiedBy,
		"user-flag":     userFlag,
		"oracle-thin":   oracleThin,
	}
}
