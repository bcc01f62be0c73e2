package answerableprocessor

import "go.opentelemetry.io/collector/pdata/pcommon"

// mapBytes is about what some attributes take; exact for the texts, which are what can be large.
func mapBytes(attributes pcommon.Map) int {
	bytes := 0
	for name, value := range attributes.All() {
		bytes += len(name) + valueBytes(value) + 8
	}
	return bytes
}

func valueBytes(value pcommon.Value) int {
	switch value.Type() {
	case pcommon.ValueTypeStr:
		return len(value.Str())
	case pcommon.ValueTypeBytes:
		return value.Bytes().Len()
	case pcommon.ValueTypeMap:
		return mapBytes(value.Map())
	case pcommon.ValueTypeSlice:
		bytes := 0
		for _, one := range value.Slice().All() {
			bytes += valueBytes(one) + 4
		}
		return bytes
	default:
		return 8
	}
}
