package pitfallconverter

const (
	keyGroup = "nhi-key-group"
	tenant   = "nhi-tenant"

	// recordBytesMaxDefault is what the processor cuts its parts to where its configuration does not say.
	recordBytesMaxDefault = 900_000
	// messageBytesMaxDefault is the producer's own default.
	messageBytesMaxDefault = 1_000_000
	// recordOverheadBytes is room for a record's key and headers, which the producer counts too.
	recordOverheadBytes = 4096
)

// partitionKeys are the metadata that the processor hands each part on with.
var partitionKeys = []string{keyGroup, tenant}

// queueRules hold for every exporter behind the processor that has a queue of its own; the Kafka exporter has none.
var queueRules = []rule{
	{
		"persistent-queue",
		func(s section) bool {
			return s.at("sending_queue", "enabled") != false && s.text("sending_queue", "storage") == ""
		},
		"would keep spans that were answered for in memory alone, and lose them when the process is killed: write `sending_queue: { storage: file_storage/queue }`, or `{ enabled: false }`",
	},
	{
		"retry",
		func(s section) bool {
			return s.at("sending_queue", "enabled") != false && (s.at("retry_on_failure", "enabled") == false ||
				!s.isZeroTime("retry_on_failure", "max_elapsed_time"))
		},
		"would throw away spans that were answered for when its receiver is away for some minutes: write `retry_on_failure: { max_elapsed_time: 0s }`",
	},
}

// rule is one thing that a section must not be.
type rule struct {
	name string
	// breaks says that the section has the pitfall.
	breaks func(section) bool
	// says what would happen, and what to write instead.
	says string
}

// kafkaExporterRules hold for every Kafka exporter behind the processor.
var kafkaExporterRules = []rule{
	{
		"brokers",
		func(s section) bool { return len(s.texts("brokers")) == 0 },
		"names no Kafka broker, and would try localhost: set `brokers`, in the shipped configurations by ANSWERABLE_KAFKA_BROKERS=host:port,host:port",
	},
	{
		"topic",
		func(s section) bool {
			return s.has("topic_from_attribute") || s.has("traces", "topic_from_metadata_key")
		},
		"would let a sender choose the topic it is written to: write `traces: { topic: nhi.spans }` alone",
	},
	{
		"encoding",
		func(s section) bool {
			return s.has("traces", "encoding") && s.text("traces", "encoding") != "otlp_proto"
		},
		"would write records that the detector can't read: write `traces: { encoding: otlp_proto }`",
	},
	{
		"message-key",
		func(s section) bool { return s.text("traces", "message_key_from_metadata_key") != keyGroup },
		"would write records without their key group as key, so that an identity's actions are spread over partitions and judged out of order: write `traces: { message_key_from_metadata_key: nhi-key-group }`",
	},
	{
		"partition-by-trace",
		func(s section) bool { return s.isTrue("partition_traces_by_id") },
		"would key records by trace, so that an identity's actions are spread over partitions and judged out of order: leave `partition_traces_by_id` out",
	},
	{
		"partitioner",
		func(s section) bool { return s.text("record_partitioner", "sticky_key", "hasher") != "murmur2" },
		"would put key groups on other partitions than Kafka's own clients do, so that two writers of the topic part one identity's actions: write `record_partitioner: { sticky_key: { hasher: murmur2 } }`",
	},
	{
		"metadata-headers",
		func(s section) bool { return !holdsAll(s.texts("include_metadata_keys"), partitionKeys) },
		"would write records without their tenant and key group as headers: write `include_metadata_keys: [nhi-key-group, nhi-tenant]`",
	},
	{
		"record-headers",
		func(s section) bool {
			return s.recordHeader("nhi-bound") != "1" || s.recordHeader("nhi-key-groups") != "1024"
		},
		"would write records whose bindings the detector does not trust: write `record_headers: [{ name: nhi-bound, value: \"1\" }, { name: nhi-key-groups, value: \"1024\" }]`",
	},
	{
		"required-acks",
		func(s section) bool {
			acks := s.text("producer", "required_acks")
			return acks != "all" && acks != "-1"
		},
		"would take a record for safe that one broker alone holds, and write records twice on a retry: write `producer: { required_acks: all }`",
	},
	{
		"auto-topic-creation",
		func(s section) bool { return s.at("producer", "allow_auto_topic_creation") != false },
		"would create a mistyped topic with the broker's defaults, one partition and short retention, and fill it: write `producer: { allow_auto_topic_creation: false }`",
	},
	{
		"second-queue",
		func(s section) bool { return s.at("sending_queue", "enabled") != false },
		"would put a queue behind the split: a write to the disk for each key group of a request, and one that divides by them stalls for good above 10,000: write `sending_queue: { enabled: false }` here, and `sending_queue: { storage: … }` at answerable",
	},
	{
		"second-retry",
		func(s section) bool { return s.at("retry_on_failure", "enabled") != false },
		"would hold answerable's queue when the collector is to stop while Kafka is away: write `retry_on_failure: { enabled: false }`; answerable tries again by itself",
	},
}

func (s section) recordHeader(name string) string {
	headers, _ := s.at("record_headers").([]any)
	for _, header := range headers {
		one, _ := header.(map[string]any)
		if section(one).text("name") == name {
			return section(one).text("value")
		}
	}
	return ""
}
