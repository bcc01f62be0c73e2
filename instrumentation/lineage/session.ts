import { assess } from "./assess.ts";
import { digest } from "./digest.ts";
import { textForms } from "./forms.ts";
import type { LineageCounts, LineageLimits } from "./limits.ts";
import { numbersOf } from "./numbers.ts";
import type { Assessment, Origin } from "./origin.ts";
import { Reel } from "./reel.ts";
import { Search } from "./search.ts";
import { classesIn } from "./signals/asked.ts";
import { instructionFlags } from "./signals/instructed.ts";
import type { Tools } from "./tools.ts";
import { bothEnds, textsOf } from "./walk.ts";
import type { Words } from "./words.ts";

/** Operations whose name is kept of one session; outputs of further ones are noted under the last. */
const operationsMax = 1_024;
const otherOperation = "other";
const lengthsMax = 2 ** 20;

/**
 * What one session has read, as keyed digests. Methods never throw into the host. Ask the book for the session each
 * time: one that is kept aside may have been forgotten to make room, and then knows nothing.
 */
export class SessionLineage {
  readonly #tools: Tools;
  readonly #prompts: Reel;
  readonly #systems: Reel;
  readonly #outputs: Reel;
  readonly #sources: string[] = [];
  readonly #search: Search;
  #asked = 0;

  constructor(tools: Tools) {
    this.#tools = tools;
    const { limits, counts } = tools;
    const reel = (tokens: number): Reel =>
      new Reel(tokens, limits.textsPerSessionMax, limits.placesMax, counts);
    this.#prompts = reel(limits.promptTokensMax);
    this.#systems = reel(limits.promptTokensMax);
    this.#outputs = reel(limits.tokensPerSessionMax);
    this.#search = new Search(tools, this.#prompts, this.#systems, this.#outputs, this.#sources);
  }

  get #limits(): LineageLimits {
    return this.#tools.limits;
  }

  get #counts(): LineageCounts {
    return this.#tools.counts;
  }

  /** Notes what the person or the calling program asked for. */
  prompt(text: string): void {
    this.#note(text, this.#prompts, 0, (words) => {
      this.#asked |= classesIn(words, this.#tools.verbs);
    });
  }

  /** Notes what the developer told the agent. */
  system(text: string): void {
    this.#note(text, this.#systems, 0, nothing);
  }

  /**
   * Notes what a tool gave back: text, or any JSON-like value. Cycles, getters, Maps and bytes are fine; see
   * `LineageLimits` for how far it is read. Some 0.4 ms for 10 kB, below 40 ms for anything.
   */
  output(operation: string, value: unknown): void {
    if (typeof value === "string") {
      this.#note(value, this.#outputs, this.#sourceOf(operation), nothing);
      return;
    }
    const { depthMax, partsMax, charsPerTextMax: charsMax } = this.#limits;
    const { texts, whole } = textsOf(value, { depthMax, partsMax, charsMax }, true);
    if (!whole) this.#counts.walksCut += 1;
    if (texts.length > 0) this.#note(texts.join("\n"), this.#outputs, this.#sourceOf(operation), nothing);
  }

  /**
   * Where each value of a call's arguments came from, and what its texts are made of. `args` is an object by argument, a
   * list, one value, or an object as JSON text. Some 20 µs for five short arguments.
   *
   * @example
   * session.prompt("Pay the invoice of Ada, please.");
   * session.output("read_file", "Invoice of Ada: 120 EUR to DE89370400440532013000");
   * session.assess("send_money", { recipient: "DE89370400440532013000" }).args[0].origin; // "tool:read_file"
   */
  assess(operation: string, args: unknown): Assessment {
    const assessment = assess(this.#search, this.#tools, this.#asked, nameOf(operation), args);
    forgetLastMatch();
    return assessment;
  }

  /** Where one value came from: a resource's id, one element of a list. */
  originOf(value: unknown): Origin {
    const { origin } = this.#search.lookUp(value);
    forgetLastMatch();
    return origin;
  }

  /** Gives back the memory. */
  release(): void {
    this.#prompts.release();
    this.#systems.release();
    this.#outputs.release();
    this.#asked = 0;
  }

  #note(text: string, reel: Reel, source: number, each: (words: Words) => void): void {
    if (typeof text !== "string" || text === "") return;
    const { key, textWords, cues } = this.#tools;
    const read = bothEnds(text, this.#limits.charsPerTextMax);
    // Digest and length together, as 32 bits would soon be the same for two of thousands of texts.
    const id = digest(key, read, 0, read.length) * lengthsMax + (read.length % lengthsMax);
    if (reel.holds(id)) {
      this.#counts.textsRepeated += 1;
      return;
    }
    if (read.length < text.length) this.#counts.textsCut += 1;
    for (const form of textForms(read)) {
      const words = textWords.read(form, reel.room);
      if (words.count === 0) continue;
      each(words);
      if (reel === this.#outputs) this.#tools.flags = instructionFlags(words, cues, this.#tools.flags);
      else this.#tools.flags = blank(this.#tools.flags, words.count);
      reel.add(words, this.#tools.flags, source, id);
      this.#noteNumbers(form, reel, source, id);
    }
    forgetLastMatch();
  }

  /** Numbers with groups or decimals are held once more in the one way a program prints them. */
  #noteNumbers(form: string, reel: Reel, source: number, id: number): void {
    const { numberWords, numberFlags, textWords, flags, key } = this.#tools;
    let count = 0;
    for (const { at, plain } of numbersOf(form)) {
      if (count + plain.length > numberFlags.length) break;
      for (const one of plain) {
        numberWords.digests[count] = digest(key, `#${one}`, 0, one.length + 1);
        numberFlags[count] = flags[textWords.indexAt(at)] ?? 0;
        count += 1;
      }
    }
    numberWords.count = count;
    if (count > 0) reel.add(numberWords, numberFlags, source, id);
  }

  #sourceOf(given: string): number {
    const operation = nameOf(given);
    const known = this.#sources.indexOf(operation);
    if (known >= 0) return known;
    if (this.#sources.length === operationsMax) return operationsMax - 1;
    const name = this.#sources.length === operationsMax - 1 ? otherOperation : operation;
    return this.#sources.push(name) - 1;
  }
}

/** Whatever a host without types gives. */
function nameOf(operation: unknown): string {
  return typeof operation === "string" ? operation : "unknown";
}

/** The engine holds the last text that a regular expression saw, for `RegExp.input`, and with it a value. */
function forgetLastMatch(): void {
  /x/u.test("x");
}

function nothing(): void {
  // Only prompts are read for what they ask.
}

function blank(flags: Uint8Array, count: number): Uint8Array {
  if (flags.length < count) return new Uint8Array(count * 2);
  return flags.fill(0, 0, count);
}
