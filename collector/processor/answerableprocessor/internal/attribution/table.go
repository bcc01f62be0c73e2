package attribution

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

//go:embed attribution.json
var shipped []byte

// Identity is what the table says of who acts.
type Identity struct {
	ID string
	// Kind, a word of schemas/identity.ts.
	Kind string
	// Strength of the naming: claimed or inferred; what proves it is not the table's business.
	Strength string
	// Rule of the table that named it.
	Rule string
}

// Action is what the table says of what was done.
type Action struct {
	Rule string
	// Kind, a word of schemas/action.ts.
	Kind      string
	Operation string
	// Resource is "" where the action has none, and so is its kind.
	Resource     string
	ResourceKind string
	Mutating     bool
}

// Strengths of a binding.
const (
	Verified = "verified"
	Claimed  = "claimed"
	Inferred = "inferred"
)

// IsStrength says whether a word is a strength.
func IsStrength(word string) bool { return word == Verified || word == Claimed || word == Inferred }

// Unknown is the id and the kind of who acts when nothing on the span or its resource says.
const Unknown = "unknown"

var identityKinds = []string{
	"ai_agent", "service_account", "workload", "ci_job", "api_key", "oauth_client", "bot", "human", Unknown,
}

var actionKinds = []string{
	"tool_call", "secret_read", "secret_write", "resource_access", "permission_change", "credential_issue",
	"credential_revoke", "delegation", "approval", "exec", "agent_run", "model_call",
}

// IsIdentityKind says whether a word is one of the contract.
func IsIdentityKind(word string) bool { return slices.Contains(identityKinds, word) }

// Table is the rule table, compiled. It is safe for concurrent use; a Reader is not.
type Table struct {
	names      *names
	identities []identityRule
	actions    []actionRule
	// perSpan is whether spans that say nothing of who acts may still differ in it.
	perSpan bool
}

type tableFile struct {
	Version    int            `json:"version"`
	Identities []identityFile `json:"identities"`
	Actions    []actionFile   `json:"actions"`
}

type identityFile struct {
	ID       string      `json:"id"`
	When     conditions  `json:"when"`
	Name     []string    `json:"name"`
	Kind     kindOrField `json:"kind"`
	Strength string      `json:"strength"`
}

type actionFile struct {
	ID           string      `json:"id"`
	When         conditions  `json:"when"`
	Kind         kindOrField `json:"kind"`
	Operation    []string    `json:"operation"`
	Resource     []string    `json:"resource"`
	ResourceKind []string    `json:"resourceKind"`
	MutatingWhen *conditions `json:"mutatingWhen"`
}

// kindOrField is a fixed kind, or the attribute that tells it.
type kindOrField struct{ fixed, from string }

func (k *kindOrField) UnmarshalJSON(raw []byte) error {
	if json.Unmarshal(raw, &k.fixed) == nil {
		return nil
	}
	var field struct {
		From string `json:"from"`
	}
	err := json.Unmarshal(raw, &field)
	k.from = field.From
	return err
}

// Load compiles the table that is shipped with the program.
func Load() (*Table, error) { return Parse(shipped) }

// Parse compiles a table. The error names the rule that can't be compiled.
func Parse(raw []byte) (*Table, error) {
	var file tableFile
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("the attribution table can't be read: %w", err)
	}
	table := &Table{names: newNames()}
	for _, one := range file.Identities {
		rule, err := compileIdentity(one, table.names)
		if err != nil {
			return nil, fmt.Errorf("identity rule %q: %w", one.ID, err)
		}
		table.identities = append(table.identities, rule)
	}
	table.names.identityCount = len(table.names.places)
	table.perSpan = table.names.readsOwn
	for _, one := range file.Actions {
		rule, err := compileAction(one, table.names)
		if err != nil {
			return nil, fmt.Errorf("action rule %q: %w", one.ID, err)
		}
		table.actions = append(table.actions, rule)
	}
	return table, nil
}
