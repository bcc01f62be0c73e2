package attribution

import "strings"

// What a span says of itself beside its attributes; rules read these like attributes.
const (
	spanName = iota
	spanKind
	traceID
	scopeName
	ownCount
)

var ownNames = [ownCount]string{"span.name", "span.kind", "trace.id", "scope.name"}

// names gives each attribute that a rule reads a place in a row. What rules on identities read comes first, so that a
// reader that only asks for identities need not look at the rest.
type names struct {
	places map[string]int
	// identityCount places are all that rules on identities read.
	identityCount int
	// readsOwn is whether any rule reads what a span says of itself beside its attributes.
	readsOwn bool
}

func newNames() *names {
	all := &names{places: map[string]int{}}
	for place, name := range ownNames {
		all.places[name] = place
	}
	return all
}

// of gives the places of the names in `a|b`.
func (n *names) of(alternatives string) []int {
	var places []int
	for name := range strings.SplitSeq(alternatives, "|") {
		place, known := n.places[name]
		if !known {
			place = len(n.places)
			n.places[name] = place
		}
		n.readsOwn = n.readsOwn || place < ownCount
		places = append(places, place)
	}
	return places
}
