package attribution

import "slices"

type identityRule struct {
	id       string
	when     predicate
	name     templates
	kind     kind
	strength string
}

type actionRule struct {
	id           string
	when         predicate
	kind         kind
	operation    templates
	resource     templates
	resourceKind templates
	mutates      bool
	mutatingWhen predicate
}

// kind is a fixed word, or one read from an attribute, where a word that isn't in the contract counts as absent.
type kind struct {
	fixed string
	from  []int
	known []string
}

func compileKind(k kindOrField, known []string, names *names) kind {
	if k.from == "" {
		return kind{fixed: k.fixed}
	}
	return kind{from: names.of(k.from), known: known}
}

func (k kind) text(row *Reader) string {
	if k.from == nil {
		return k.fixed
	}
	if text := row.first(k.from); slices.Contains(k.known, text) {
		return text
	}
	return ""
}

func compileIdentity(file identityFile, names *names) (identityRule, error) {
	rule := identityRule{id: file.ID, strength: file.Strength, kind: compileKind(file.Kind, identityKinds, names)}
	var err error
	if rule.when, err = compileConditions(file.When, names); err != nil {
		return rule, err
	}
	rule.name, err = compileTemplates(file.Name, names)
	return rule, err
}

func compileAction(file actionFile, names *names) (actionRule, error) {
	rule := actionRule{id: file.ID, kind: compileKind(file.Kind, actionKinds, names)}
	var err error
	if rule.when, err = compileConditions(file.When, names); err != nil {
		return rule, err
	}
	if rule.operation, err = compileTemplates(file.Operation, names); err != nil {
		return rule, err
	}
	if rule.resource, err = compileTemplates(file.Resource, names); err != nil {
		return rule, err
	}
	if rule.resourceKind, err = compileTemplates(file.ResourceKind, names); err != nil {
		return rule, err
	}
	if file.MutatingWhen != nil {
		rule.mutates = true
		rule.mutatingWhen, err = compileConditions(*file.MutatingWhen, names)
	}
	return rule, err
}

func (r *identityRule) identify(row *Reader) (Identity, bool) {
	if !r.when.holds(row) {
		return Identity{}, false
	}
	id := r.name.text(row)
	if id == "" {
		return Identity{}, false
	}
	kind := r.kind.text(row)
	if kind == "" {
		kind = Unknown
	}
	return Identity{ID: id, Kind: kind, Strength: r.strength, Rule: r.id}, true
}

func (r *actionRule) recognise(row *Reader) (Action, bool) {
	if !r.when.holds(row) {
		return Action{}, false
	}
	kind, operation := r.kind.text(row), r.operation.text(row)
	if kind == "" || operation == "" {
		return Action{}, false
	}
	action := Action{Rule: r.id, Kind: kind, Operation: operation, Resource: r.resource.text(row)}
	if action.Resource != "" {
		action.ResourceKind = r.resourceKind.text(row)
	}
	action.Mutating = r.mutates && r.mutatingWhen.holds(row)
	return action, true
}
