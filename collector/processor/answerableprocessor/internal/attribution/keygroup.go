package attribution

import "fmt"

// KeyGroupCount is fixed for the life of a topic, as it decides where an identity's spans and state lie.
const KeyGroupCount = 1024

var groupNames = func() (names [KeyGroupCount]string) {
	for group := range names {
		names[group] = fmt.Sprintf("g%04d", group)
	}
	return names
}()

// KeyGroup is the key group of an identity as a number below KeyGroupCount: murmur2(tenant + NUL + id) modulo their number.
func KeyGroup(tenant, identity string) int {
	var buffer [256]byte
	text := append(append(append(buffer[:0], tenant...), 0), identity...)
	return int(murmur2(text)&0x7fffffff) % KeyGroupCount
}

// KeyGroupName is the key of a group's records, g0000 to g1023.
func KeyGroupName(group int) string { return groupNames[group] }

// murmur2 as Kafka's Java client computes it
// (https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/utils/Utils.java).
func murmur2(bytes []byte) uint32 {
	const mix = 0x5bd1e995
	hash := uint32(0x9747b28c) ^ uint32(len(bytes))
	for ; len(bytes) >= 4; bytes = bytes[4:] {
		word := uint32(bytes[0]) | uint32(bytes[1])<<8 | uint32(bytes[2])<<16 | uint32(bytes[3])<<24
		word *= mix
		word ^= word >> 24
		hash = hash*mix ^ word*mix
	}
	for at := len(bytes) - 1; at >= 0; at-- {
		hash ^= uint32(bytes[at]) << (8 * at)
	}
	if len(bytes) > 0 {
		hash *= mix
	}
	hash ^= hash >> 13
	hash *= mix
	return hash ^ hash>>15
}
