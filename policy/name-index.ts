import { formOf, type NamePattern } from "./names.ts";

interface Entry<Value> {
  readonly pattern: NamePattern;
  readonly values: Value[];
}

/**
 * Values by patterns of names. A name without a star is found at once; of the others, only those are tried that begin as the name does:
 * there are as many look-ups as patterns have different lengths before their first star.
 */
export class NameIndex<Value> {
  readonly #exact = new Map<string, Value[]>();
  /** By what stands before the first star, by the length of that; then by the pattern. */
  readonly #begun = new Map<number, Map<string, Map<string, Entry<Value>>>>();

  add(pattern: NamePattern, value: Value): void {
    const { text } = pattern;
    const length = text.indexOf("*");
    if (length === -1) return addTo(this.#exact, text, value);
    const heads = this.#begun.get(length) ?? new Map<string, Map<string, Entry<Value>>>();
    this.#begun.set(length, heads);
    const head = text.slice(0, length);
    const entries = heads.get(head) ?? new Map<string, Entry<Value>>();
    heads.set(head, entries);
    const entry = entries.get(text);
    if (entry === undefined) entries.set(text, { pattern, values: [value] });
    else entry.values.push(value);
  }

  /** Values of the patterns that take a name, in no order, each as often as it was added under one of them. */
  find(name: string): Value[] {
    const found = [...(this.#exact.get(name) ?? [])];
    if (this.#begun.size === 0) return found;
    const form = formOf(name);
    for (const [length, heads] of this.#begun) {
      const entries = heads.get(name.slice(0, length));
      if (entries === undefined) continue;
      for (const { pattern, values } of entries.values()) {
        if (!pattern.takes(name, form)) continue;
        for (const value of values) found.push(value);
      }
    }
    return found;
  }
}

function addTo<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}
