import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Block } from "./memory.ts";

interface Kept<Session> {
  readonly key: Fingerprint;
  readonly session: Session;
}

/** What is remembered of an identity's latest sessions; the one that was quiet longest is forgotten first. */
export class Sessions<Session extends Block> implements Block {
  readonly #make: () => Session;
  readonly #max: number;
  /** The latest last. */
  readonly #kept: Kept<Session>[] = [];

  constructor(make: () => Session, max: number) {
    this.#make = make;
    this.#max = max;
  }

  get size(): number {
    return this.#kept.length;
  }

  /** What is remembered of a session; undefined of one that is not known, or no longer. */
  find({ high, low }: Fingerprint): Session | undefined {
    for (let at = this.#kept.length - 1; at >= 0; at -= 1) {
      const { key, session } = this.#kept[at]!;
      if (key.high === high && key.low === low) return session;
    }
    return undefined;
  }

  /** The same, begun where there is none; it is the latest from now on. */
  touch(key: Fingerprint): Session {
    const kept = this.#kept;
    const last = kept.at(-1);
    if (last !== undefined && last.key.high === key.high && last.key.low === key.low) return last.session;
    const at = kept.findIndex((one) => one.key.high === key.high && one.key.low === key.low);
    const one = at === -1 ? { key, session: this.#make() } : kept.splice(at, 1)[0]!;
    kept.push(one);
    if (kept.length > this.#max) kept.shift();
    return one.session;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.#kept.length);
    for (const { key, session } of this.#kept) {
      writer.int32(key.high);
      writer.int32(key.low);
      session.pack(writer);
    }
  }

  unpack(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left -= 1) {
      const key = { high: reader.int32(), low: reader.int32() };
      const session = this.#make();
      session.unpack(reader);
      this.#kept.push({ key, session });
    }
  }
}
