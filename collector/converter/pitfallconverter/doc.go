// Package pitfallconverter refuses, before anything starts, configurations that look right and lose or mix up spans. It is
// a converter, so that it sees the whole configuration, also in `validate`; it changes nothing.
package pitfallconverter
