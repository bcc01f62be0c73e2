import type { Cursor } from "./cursor.ts";
import { absent, type Dictionary } from "./dictionary.ts";
import { type Names, ownNames } from "./names.ts";

/** Kinds of a span, by their number in OTLP. */
export const spanKinds = ["unspecified", "internal", "server", "client", "producer", "consumer"] as const;
/** Statuses of a span, by their number in OTLP. */
export const spanStatuses = ["unset", "ok", "error"] as const;

/** Attributes of a span of which the places are remembered; of more, some share a place. */
const placesBeforeMax = 64;

/**
 * The span that is being read: one row, used again for the next. Its attributes are codes of the dictionary, each at the
 * place of its name; what the span does not say comes from its resource.
 */
export class SpanRow {
  readonly dictionary: Dictionary;
  readonly names: Names;
  /** Codes by the place of their names. */
  readonly codes: Int32Array;
  /** Ordinal within the request, rejected spans counted too. */
  index = 0;
  /** Where the ids lie in the bytes of the dictionary: 16, 8 and 8 of them; the parent's is below 0 for a root. */
  traceIdAt = 0;
  spanIdAt = 0;
  parentIdAt = -1;
  /** Microseconds since 1970. */
  startedAtUs = 0;
  endedAtUs = 0;
  /** Index into `spanStatuses`. */
  status = 0;
  /** Attributes counted so far, kept or not. */
  attributes = 0;
  /** Places of the attributes that are there, of the resource and of the span: the first `presentCount` of them. */
  readonly present: Int32Array;
  presentCount = 0;
  /** By place, the text that a span of this resource had there last, which the next one often has, too; or `absent`. */
  readonly textsBefore: Int32Array;
  /** By ordinal of an attribute in its span, the place of the last one that stood there. */
  readonly #placesBefore = new Int32Array(placesBeforeMax).fill(-1);
  readonly #resource: Int32Array;
  #resourceCount = 0;
  /** Which attributes this span, or this resource, has said already; the first word counts. */
  readonly #said: Uint32Array;
  #turn = 0;
  /** Attributes at this place or after it are not read. */
  #unreadFrom: number;
  readonly #own: number;
  readonly #kindCodes: readonly number[];
  #traceIdAtBefore = -1;

  constructor(dictionary: Dictionary, names: Names) {
    this.dictionary = dictionary;
    this.names = names;
    this.codes = new Int32Array(names.all.length);
    this.present = new Int32Array(names.all.length);
    this.textsBefore = new Int32Array(names.all.length);
    this.#resource = new Int32Array(names.all.length);
    this.#said = new Uint32Array(names.all.length);
    this.#own = names.all.length - ownNames.length;
    this.#unreadFrom = names.stampsFrom;
    this.#kindCodes = spanKinds.map((kind) => dictionary.wordCode(kind));
  }

  /** Whether stamps are read from now on; at first, and of whoever is no collector of ours, they are not. */
  readStamps(areRead: boolean): void {
    this.#unreadFrom = areRead ? this.#own : this.names.stampsFrom;
  }

  /** Begins a resource: nothing is known of it, and nothing of its neighbour is left. */
  beginResource(): void {
    this.codes.fill(absent);
    this.textsBefore.fill(absent);
    this.presentCount = 0;
    this.#next();
  }

  /** What was read since counts for every span that follows. */
  endResource(): void {
    this.#resource.set(this.codes);
    this.#resourceCount = this.presentCount;
  }

  /** Begins a span of the current resource and scope. */
  beginSpan(index: number, scopeName: number): void {
    this.codes.set(this.#resource);
    this.presentCount = this.#resourceCount;
    this.codes[this.#own + 3] = scopeName;
    this.index = index;
    this.traceIdAt = -1;
    this.spanIdAt = -1;
    this.parentIdAt = -1;
    this.status = 0;
    this.#next();
  }

  /** Completes a span whose ids are known to be usable. */
  endSpan(name: number, kind: number): void {
    const { codes, dictionary } = this;
    codes[this.#own] = name;
    codes[this.#own + 1] = this.#kindCodes[kind] ?? this.#kindCodes[0]!;
    codes[this.#own + 2] = this.#traceCode(dictionary);
  }

  /**
   * Place of the attribute whose name some bytes spell; -1 when it is not read. Senders name the attributes of all spans
   * in the same order, mostly, so the one that stood here last is tried first.
   */
  find(cursor: Cursor, start: number, end: number): number {
    const nth = this.attributes % placesBeforeMax;
    const place = this.names.find(cursor, start, end, this.#placesBefore[nth]!);
    this.#placesBefore[nth] = place;
    return place < this.#unreadFrom ? place : -1;
  }

  /** Whether this is the first word on the name at this place. */
  isNew(place: number): boolean {
    return this.#said[place] !== this.#turn;
  }

  /** Notes a value; one that is null leaves what the resource says. */
  say(place: number, code: number): void {
    this.#said[place] = this.#turn;
    if (code === absent) return;
    if (this.codes[place] === absent) this.present[this.presentCount++] = place;
    this.codes[place] = code;
  }

  /** Code of the name's value, `absent` without one. */
  code(name: string): number {
    const place = this.names.placeOf(name);
    return place === -1 ? absent : this.codes[place]!;
  }

  #next(): void {
    this.attributes = 0;
    this.#turn = (this.#turn + 1) >>> 0;
  }

  #lastTrace = absent;
  #lastGeneration = -1;

  /** Spans of one trace mostly come together. */
  #traceCode(dictionary: Dictionary): number {
    const { bytes } = dictionary;
    const isLast =
      this.#lastGeneration === dictionary.generation &&
      bytes.compare(
        bytes,
        this.traceIdAt,
        this.traceIdAt + 16,
        this.#traceIdAtBefore,
        this.#traceIdAtBefore + 16,
      ) === 0;
    if (!isLast) {
      this.#lastTrace = dictionary.addHex(this.traceIdAt, 16);
      this.#lastGeneration = dictionary.generation;
      this.#traceIdAtBefore = this.traceIdAt;
    }
    return this.#lastTrace;
  }
}
