import { hashOf } from "./hash.ts";
import type { Quota } from "./limits.ts";
import type { NumberReader, NumberWriter } from "./tally.ts";

/** Failures remembered of one grant; of more, the first is forgotten. */
const failuresMax = 16;
/** Beyond any limit that a grant may name. */
const triesMax = 10_001;

interface Failure {
  readonly what: number;
  /** When the first try ended. */
  readonly sinceUs: number;
  /** Tries after the first. */
  readonly tries: number;
}

/** What was tried: one operation on one resource. */
export const triedWhat = (operation: string, resourceId: string): number =>
  hashOf(`${operation}\0${resourceId}`);

/** What failed within the last while, and how often it was tried again since. */
export class Tries {
  #failures: Failure[] = [];

  /** Tries of something after it failed first; undefined where it did not fail in the time before. */
  after(what: number, atUs: number, { perUs }: Quota): number | undefined {
    const known = this.#failures.find((one) => one.what === what);
    return known !== undefined && isWithin(known, atUs, perUs) ? known.tries : undefined;
  }

  /** Notes how a try ended. */
  end(
    what: number,
    atUs: number,
    { perUs }: Quota,
    ended: { readonly isOk: boolean; readonly atUs: number },
  ): void {
    const at = this.#failures.findIndex((one) => one.what === what);
    const known = this.#failures[at];
    // It had begun before the first failed.
    if (known !== undefined && atUs < known.sinceUs) return;
    if (known !== undefined) this.#failures.splice(at, 1);
    if (ended.isOk) return;
    this.#failures.push(
      known !== undefined && isWithin(known, atUs, perUs)
        ? { ...known, tries: Math.min(known.tries + 1, triesMax) }
        : { what, sinceUs: ended.atUs, tries: 0 },
    );
    if (this.#failures.length > failuresMax) this.#failures.shift();
  }

  pack(writer: NumberWriter): void {
    writer.varint(this.#failures.length);
    for (const { what, sinceUs, tries } of this.#failures) {
      writer.varint(what);
      writer.double(sinceUs);
      writer.varint(tries);
    }
  }

  unpack(reader: NumberReader): void {
    const count = reader.varint();
    for (let at = 0; at < count; at += 1)
      this.#failures.push({ what: reader.varint(), sinceUs: reader.double(), tries: reader.varint() });
  }
}

const isWithin = ({ sinceUs }: Failure, atUs: number, perUs: number): boolean =>
  atUs >= sinceUs && atUs < sinceUs + perUs;
