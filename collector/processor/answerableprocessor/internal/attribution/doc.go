//go:generate cp ../../../../../schemas/attribution.json attribution.json

// Package attribution names the identity behind a span and the action that it is, by the rule table
// schemas/attribution.json: the same table, and the same answers, as the detector's.
package attribution
