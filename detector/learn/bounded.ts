/**
 * Remembers at most `max` keys; the one unused longest is forgotten first. Insertion order is the order of use, so two
 * replays forget alike.
 */
export function remember(memory: Set<string>, key: string, max: number): void {
  memory.delete(key);
  memory.add(key);
  if (memory.size > max) {
    const oldest = memory.values().next();
    if (!oldest.done) memory.delete(oldest.value);
  }
}
