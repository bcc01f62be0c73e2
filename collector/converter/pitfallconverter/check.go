package pitfallconverter

import (
	"fmt"
	"maps"
	"slices"
)

// Pitfall is something that a configuration must not say.
type Pitfall struct {
	// Name by which the refusal can be switched off.
	Name string
	// Says where it is, what would happen, and what to write instead.
	Says string
}

// early processors answer for spans that they hold in memory alone.
var early = []string{"batch", "groupbytrace", "tail_sampling"}

// regrouping processors put spans of several requests, or resources, together again.
var regrouping = append([]string{"groupbyattrs"}, early...)

// ownRules are those that are not about one section alone.
var ownRules = map[string]string{
	"early-answer": "%s, before answerable, answers for spans that are on no disk yet, so that a killed collector loses them: leave it out, answerable's own queue does the batching",
	"regrouping":   "%s, after answerable, puts spans of several key groups into one record and loses its key: leave it out, answerable's own queue does the batching",
	"client-token": "%s does not pass the sender's token on, so that answerable::verify::jwt proves nobody: write `include_metadata: true`",
	"record-size":  "%s makes records larger than %s takes, which drops them after they were answered for: keep record_bytes_max at least 4096 below `producer: { max_message_bytes }`",
}

// Names of all pitfalls, sorted.
func Names() []string {
	names := slices.Collect(maps.Keys(ownRules))
	for _, one := range slices.Concat(kafkaExporterRules, kafkaReceiverRules, queueRules) {
		names = append(names, one.name)
	}
	slices.Sort(names)
	return names
}

// Check returns the pitfalls of a configuration in the order of its pipelines. What is no pipeline of traces with our
// processor in it is left alone.
func Check(conf map[string]any) []Pitfall {
	root := section(conf)
	pipelines := root.section("service", "pipelines")
	var found []Pitfall
	for _, name := range slices.Sorted(maps.Keys(pipelines)) {
		if typeOf(name) == "traces" {
			found = append(found, checkPipeline(root, pipelines.section(name))...)
		}
	}
	return unique(found)
}

func checkPipeline(root, pipeline section) []Pitfall {
	processors := pipeline.texts("processors")
	ours := slices.IndexFunc(processors, func(name string) bool { return typeOf(name) == "answerable" })
	if ours < 0 {
		return nil
	}
	var found []Pitfall
	for at, name := range processors {
		if at < ours && slices.Contains(early, typeOf(name)) {
			found = append(found, own("early-answer", "processors::"+name))
		}
		if at > ours && slices.Contains(regrouping, typeOf(name)) {
			found = append(found, own("regrouping", "processors::"+name))
		}
	}
	processor := root.section("processors", processors[ours])
	for _, name := range pipeline.texts("receivers") {
		found = append(found, checkReceiver(name, root.section("receivers", name), processor)...)
	}
	for _, name := range pipeline.texts("exporters") {
		found = append(found, checkExporter(name, root.section("exporters", name), processors[ours], processor)...)
	}
	return found
}

func checkReceiver(name string, receiver, processor section) []Pitfall {
	var found []Pitfall
	switch typeOf(name) {
	case "otlp":
		if !processor.has("verify", "jwt") {
			return nil
		}
		protocols := receiver.section("protocols")
		for _, protocol := range slices.Sorted(maps.Keys(protocols)) {
			if !protocols.isTrue(protocol, "include_metadata") {
				found = append(found, own("client-token", fmt.Sprintf("receivers::%s::protocols::%s", name, protocol)))
			}
		}
	case "kafka":
		found = broken(kafkaReceiverRules, "receivers::"+name, receiver)
	}
	return found
}

func checkExporter(name string, exporter section, ours string, processor section) []Pitfall {
	where := "exporters::" + name
	if typeOf(name) == "debug" {
		return nil
	}
	if typeOf(name) != "kafka" {
		return broken(queueRules, where, exporter)
	}
	found := broken(kafkaExporterRules, where, exporter)
	largest := processor.number(recordBytesMaxDefault, "record_bytes_max") + recordOverheadBytes
	if largest > exporter.number(messageBytesMaxDefault, "producer", "max_message_bytes") {
		found = append(found, own("record-size", "processors::"+ours, where))
	}
	return found
}

func broken(rules []rule, where string, s section) []Pitfall {
	var found []Pitfall
	for _, one := range rules {
		if one.breaks(s) {
			found = append(found, Pitfall{one.name, where + " " + one.says})
		}
	}
	return found
}

func own(name string, where ...any) Pitfall {
	return Pitfall{name, fmt.Sprintf(ownRules[name], where...)}
}

// unique keeps the first of those that are the same, as two pipelines may share a component.
func unique(all []Pitfall) []Pitfall {
	var kept []Pitfall
	for _, one := range all {
		if !slices.Contains(kept, one) {
			kept = append(kept, one)
		}
	}
	return kept
}
