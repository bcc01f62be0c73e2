/**
 * Remembers at most `max` keys; the one unused longest is forgotten first. Insertion order is the order of use, so two
 * replays forget alike.
 */
export function remember<V>(memory: Map<string, V>, key: string, value: V, max: number): void {
  memory.delete(key);
  memory.set(key, value);
  if (memory.size > max) {
    const oldest = memory.keys().next();
    if (!oldest.done) memory.delete(oldest.value);
  }
}
