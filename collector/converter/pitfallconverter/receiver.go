package pitfallconverter

// kafkaReceiverRules hold for every Kafka receiver before the processor.
var kafkaReceiverRules = []rule{
	{
		"mark-early",
		func(s section) bool {
			return !s.isTrue("message_marking", "after") || s.isTrue("message_marking", "on_error")
		},
		"would take a record for read before its spans are written, and lose them when the process is killed: write `message_marking: { after: true, on_error: false, on_permanent_error: true }`",
	},
	{
		"poison-record",
		func(s section) bool {
			return s.isTrue("message_marking", "after") && !s.isTrue("message_marking", "on_permanent_error")
		},
		"would stop at a record that can't be read, and leave its partition until the next rebalance: write `message_marking: { on_permanent_error: true }`, which logs such a record and goes on",
	},
	{
		"receiver-retry",
		func(s section) bool {
			return !s.isTrue("error_backoff", "enabled") || !s.isZeroTime("error_backoff", "max_elapsed_time")
		},
		"would leave a partition until the next rebalance once memory is short or Kafka away: write `error_backoff: { enabled: true, max_elapsed_time: 0s }`",
	},
}
