import type { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";
import type { Block } from "./memory.ts";

/** Different targets counted of one burst; more say no more. */
export const targetsMax = 8;

interface Burst {
  readonly key: Fingerprint;
  /** Hours since 1970. */
  hour: number;
  /** Half of each target's fingerprint: enough to tell a few apart. */
  targets: number[];
}

/** To how many different targets the same was done within an hour, of the latest few things that were done. */
export class Bursts implements Block {
  /** The latest last. */
  readonly #bursts: Burst[] = [];

  /** Different targets in this hour, this one included. */
  count(key: Fingerprint, hour: number, { low }: Fingerprint): number {
    const burst = this.#find(key);
    if (burst?.hour !== hour) return 1;
    const { targets } = burst;
    return targets.includes(low) ? targets.length : Math.min(targetsMax, targets.length + 1);
  }

  /** Notes a target; beyond `max` things the one done longest ago is forgotten. What comes too late for its hour is left out. */
  note(key: Fingerprint, hour: number, { low }: Fingerprint, max: number): void {
    const known = this.#find(key);
    if (known !== undefined && hour < known.hour) return;
    const burst = known ?? { key, hour, targets: [] };
    if (burst.hour !== hour) {
      burst.hour = hour;
      burst.targets = [];
    }
    if (burst.targets.length < targetsMax && !burst.targets.includes(low)) burst.targets.push(low);
    if (known !== undefined) this.#bursts.splice(this.#bursts.indexOf(known), 1);
    this.#bursts.push(burst);
    if (this.#bursts.length > max) this.#bursts.shift();
  }

  #find({ high, low }: Fingerprint): Burst | undefined {
    for (const one of this.#bursts) if (one.key.high === high && one.key.low === low) return one;
    return undefined;
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.#bursts.length);
    for (const { key, hour, targets } of this.#bursts) {
      writer.int32(key.high);
      writer.int32(key.low);
      writer.varint(hour);
      writer.varint(targets.length);
      for (const target of targets) writer.int32(target);
    }
  }

  unpack(reader: ByteReader): void {
    for (let left = reader.varint(); left > 0; left -= 1) {
      const key = { high: reader.int32(), low: reader.int32() };
      const hour = reader.varint();
      const targets: number[] = [];
      for (let more = reader.varint(); more > 0; more -= 1) targets.push(reader.int32());
      this.#bursts.push({ key, hour, targets });
    }
  }
}
