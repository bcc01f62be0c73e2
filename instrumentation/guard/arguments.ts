import { createHmac } from "node:crypto";
import { guardLimits } from "./limits.ts";

type Write = (text: string) => void;

/**
 * Keyed digest of each argument by its name: the same value has the same one under the same key, and nobody without the key can try
 * out what it was.
 *
 * @throws {RangeError} an argument is too deep, too large, or can't be read: it can't be told from another.
 */
export function argumentDigests(
  args: Readonly<Record<string, unknown>>,
  key: Uint8Array,
): Readonly<Record<string, string>> {
  const names = Object.keys(args);
  if (names.length > guardLimits.argumentPartsMax) throw new RangeError("too many arguments");
  return Object.fromEntries(
    names.map((name) => {
      const hmac = createHmac("sha256", key);
      new Writer((text) => hmac.update(text, "utf8")).value(args[name], 0);
      return [name, hmac.digest("hex")];
    }),
  );
}

/**
 * Writes a value in one form, whatever order its members came in. Each part says its kind and its length, so that no two values
 * give the same text.
 */
class Writer {
  readonly #write: Write;
  #parts = 0;
  #chars = 0;

  constructor(write: Write) {
    this.#write = write;
  }

  value(value: unknown, depth: number): void {
    this.#parts += 1;
    if (depth > guardLimits.argumentDepthMax || this.#parts > guardLimits.argumentPartsMax)
      throw new RangeError("an argument is too deep or has too many parts");
    if (typeof value === "string") return this.#text("s", value);
    if (typeof value === "object" && value !== null) return this.#object(value, depth + 1);
    // Of a function or a symbol nothing can be said but that it is one.
    if (typeof value === "function" || typeof value === "symbol") return this.#text("f", typeof value);
    return this.#text(typeof value, Object.is(value, -0) ? "-0" : String(value));
  }

  #object(value: object, depth: number): void {
    if (Array.isArray(value)) return this.#list("a", value, depth);
    if (value instanceof Date) return this.#text("d", String(value.getTime()));
    if (value instanceof URL || value instanceof RegExp) return this.#text("u", String(value));
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return this.#bytes(value);
    if (value instanceof Map) return this.#list("m", [...value], depth);
    if (value instanceof Set) return this.#list("t", [...value], depth);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Each member is unknown until it is written.
    const members = value as Readonly<Record<string, unknown>>;
    const names = Object.keys(members).toSorted();
    this.#text("o", String(names.length));
    for (const name of names) {
      this.#text("n", name);
      this.value(members[name], depth);
    }
  }

  #list(kind: string, values: readonly unknown[], depth: number): void {
    this.#text(kind, String(values.length));
    for (const one of values) this.value(one, depth);
  }

  #bytes(value: ArrayBufferView | ArrayBuffer): void {
    const bytes = ArrayBuffer.isView(value)
      ? Buffer.from(value.buffer, value.byteOffset, value.byteLength)
      : Buffer.from(value);
    this.#room(bytes.byteLength);
    this.#text("b", bytes.toString("base64"));
  }

  #text(kind: string, text: string): void {
    this.#room(text.length);
    this.#write(`${kind}${String(text.length)}:${text}`);
  }

  #room(chars: number): void {
    this.#chars += chars;
    if (this.#chars > guardLimits.argumentCharsMax) throw new RangeError("an argument is too large");
  }
}
