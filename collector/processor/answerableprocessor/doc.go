//go:generate go tool mdatagen metadata.yaml

// Package answerableprocessor binds each span to the identity that acts, takes secrets out of it, and splits a request
// into parts of one key group each, for the Kafka exporter to key its records by.
package answerableprocessor
