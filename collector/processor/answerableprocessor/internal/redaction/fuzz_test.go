package redaction

import (
	"fmt"
	"math/rand/v2"
	"regexp/syntax"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fuzzedSecret is known by its prefix wherever it stands apart.
const fuzzedSecret = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4xY7zA0bC3dE6"

// FuzzText: whatever stands around it, a planted secret does not leave, nothing panics, and what was cleaned twice stays as it is.
func FuzzText(f *testing.F) {
	for _, unit := range hostileUnits {
		f.Add(unit, strings.Repeat(unit, 3), "note")
	}
	f.Add("SELECT '", "' FROM t", "db.query.text")
	f.Add("https://ana:", "@h/?a=%20", "url.full")
	f.Fuzz(func(t *testing.T, before, after, key string) {
		made := newRedactor(t, Options{})
		text := before + " " + fuzzedSecret + " " + after
		if len(text) > textBytesMaxDefault/2 {
			t.Skip()
		}
		clean, count := made.Text(text, key)
		assert.NotEqual(t, unreadable, clean)
		// Within a mark of ours nothing is looked for: that is where we leave what we put in.
		if !strings.Contains(text, oursBegins) && !strings.Contains(text, "%") {
			assert.NotContains(t, clean, fuzzedSecret[4:])
			assert.Positive(t, count)
		}
		twice, _ := made.Text(clean, key)
		thrice, _ := made.Text(twice, key)
		assert.Equal(t, twice, thrice)
	})
}

// Goal: a secret of every format is found wherever it stands.
// Method: an example of each, drawn from its regular expression, between random words and signs that part it from them.
func TestSecretsOfEveryFormatAreFoundInRandomTexts(t *testing.T) {
	dice := rand.New(rand.NewPCG(7, 11))
	made := newRedactor(t, Options{})
	from, err := readData()
	require.NoError(t, err)
	formats := append(from.Formats.Gitleaks, from.Formats.Further...)
	require.Greater(t, len(formats), 90)
	for _, format := range formats {
		for _, prefix := range format.Prefixes {
			for range 20 {
				secret := prefix + exampleOf(t, dice, format)
				text := words(dice) + secret + words(dice)
				clean, _ := made.Text(text, "")
				assert.NotContains(t, clean, secret[len(prefix):], text)
				assert.NotContains(t, clean, secret[len(secret)-8:], text)
			}
		}
	}
}

// words are random ones, parted from what stands beside them.
func words(dice *rand.Rand) string {
	signs := []string{" ", "\n", "\t", `"`, "'", "(", ")", "<", ";", "|", " - ", "{", "}"}
	some := []string{"the", "path", "Error", "called", "/v1/users", "42", "größe", "x=1", "https://a.example/", "ünïcode"}
	text := signs[dice.IntN(len(signs))]
	for range dice.IntN(6) {
		text += some[dice.IntN(len(some))] + signs[dice.IntN(len(signs))]
	}
	return text
}

func exampleOf(t *testing.T, dice *rand.Rand, format formatData) string {
	tree, err := syntax.Parse(format.Rest, syntax.Perl)
	require.NoError(t, err)
	for range 1_000 {
		made := draw(dice, tree)
		if fits := formatChecks[format.Where]; fits == nil || fits(made) {
			return made
		}
	}
	require.Fail(t, fmt.Sprintf("no example of %s", format.ID))
	return ""
}

func draw(dice *rand.Rand, tree *syntax.Regexp) string {
	switch tree.Op {
	case syntax.OpLiteral:
		return string(tree.Rune)
	case syntax.OpCharClass:
		at := 2 * dice.IntN(len(tree.Rune)/2)
		return string(tree.Rune[at] + dice.Int32N(tree.Rune[at+1]-tree.Rune[at]+1))
	case syntax.OpAlternate:
		return draw(dice, tree.Sub[dice.IntN(len(tree.Sub))])
	case syntax.OpRepeat, syntax.OpPlus, syntax.OpQuest, syntax.OpStar:
		least, most := bounds(tree)
		var out strings.Builder
		for range least + dice.IntN(most-least+1) {
			out.WriteString(draw(dice, tree.Sub[0]))
		}
		return out.String()
	default:
		var out strings.Builder
		for _, part := range tree.Sub {
			out.WriteString(draw(dice, part))
		}
		return out.String()
	}
}

func bounds(tree *syntax.Regexp) (least, most int) {
	switch tree.Op {
	case syntax.OpPlus:
		return 1, 9
	case syntax.OpStar:
		return 0, 9
	case syntax.OpQuest:
		return 0, 1
	default:
		if tree.Max < 0 {
			return tree.Min, tree.Min + 20
		}
		return tree.Min, tree.Max
	}
}
