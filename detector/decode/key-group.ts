/** Number of key groups; fixed for the life of a topic, as it decides where an identity's spans and state lie. */
export const keyGroupCount = 1024;

/**
 * The key group of an identity, `g0000` to `g1023`: the key of its records, and the unit in which identities, their
 * order and their state move between partitions and workers. A NUL between the two keeps `("a", "bc")` and
 * `("ab", "c")` apart.
 *
 * @example
 * keyGroup("default", "agent:triage"); // "g0…"
 */
export function keyGroup(tenant: string, identityId: string): string {
  const hash = murmur2(Buffer.from(`${tenant}\0${identityId}`, "utf8"));
  return `g${String((hash & 0x7fffffff) % keyGroupCount).padStart(4, "0")}`;
}

/**
 * Murmur2 as Kafka's Java client computes it, a signed 32-bit integer
 * (https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/utils/Utils.java), so that
 * whoever produces, in whatever language, agrees.
 */
export function murmur2(bytes: Uint8Array): number {
  const mix = 0x5bd1e995;
  const length = bytes.length;
  const whole = length - (length % 4);
  let hash = 0x9747b28c ^ length;
  for (let at = 0; at < whole; at += 4) {
    let word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    word = Math.imul(word, mix);
    word = Math.imul(word ^ (word >>> 24), mix);
    hash = Math.imul(hash, mix) ^ word;
  }
  if (length > whole) {
    for (let at = length - 1; at >= whole; at -= 1) hash ^= bytes[at]! << (8 * (at - whole));
    hash = Math.imul(hash, mix);
  }
  hash = Math.imul(hash ^ (hash >>> 13), mix);
  return hash ^ (hash >>> 15);
}
