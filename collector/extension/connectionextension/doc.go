//go:generate go tool mdatagen metadata.yaml

// Package connectionextension hands the TLS connection of an OTLP/HTTP request on to the pipeline. Over gRPC the
// connection is in the context anyway; the Collector's HTTP server leaves it out. The receiver names it as a middleware:
//
//	receivers:
//	  otlp: { protocols: { http: { middlewares: [{ id: answerable_connection }] } } }
package connectionextension
