import type { ByteReader, ByteWriter } from "../bytes.ts";
import { EvidenceKind, type Finding } from "../../schemas/index.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Block } from "./memory.ts";

const halfLifeUs = 86_400_000_000;
/** After seven half-lives less than a hundredth is left. */
const forgottenAfterUs = 7 * halfLifeUs;

/** A finding as it adds to the risk of its identity. */
export interface RiskEntry {
  /** 32 hex digits. */
  readonly findingId: string;
  readonly atUs: number;
  /** Stands for its rule. */
  readonly rule: number;
  /** In eighths, which any sum of them is exact in. */
  readonly points: number;
  /** Kinds of evidence, a bit each. */
  readonly kinds: number;
}

/** The latest findings of an identity, and which level of risk was told. */
export class RiskEntries implements Block {
  #entries: RiskEntry[] = [];
  /** How many of the levels are told, until the risk has fallen well below. */
  told = 0;
  /** The action by whose finding the latest level was crossed: of this moment, and so not kept. */
  crossedBy = "";

  get entries(): readonly RiskEntry[] {
    return this.#entries;
  }

  /** Adds a finding, and forgets those that hardly count and the oldest beyond `max`. */
  add({ id, rule, atUs, evidence }: Finding, points: number, max: number): void {
    let kinds = 0;
    for (const kind of evidence) kinds |= 1 << EvidenceKind.options.indexOf(kind);
    const entry = { findingId: id, atUs, rule: fingerprintOf(rule).high, points, kinds };
    this.#entries = [...this.#entries.filter((one) => atUs - one.atUs <= forgottenAfterUs), entry].slice(
      -max,
    );
  }

  /** Whether they are of several instants, and so of several actions. */
  get areSeveral(): boolean {
    return this.#entries.some(({ atUs }) => atUs !== this.#entries[0]!.atUs);
  }

  /** What they come to at an instant: each halves in a day, and of one rule each counts half of the one before. */
  riskAt(atUs: number): number {
    const seen = new Map<number, number>();
    let risk = 0;
    for (const { rule, points, atUs: saidUs } of this.#entries) {
      const nth = seen.get(rule) ?? 0;
      seen.set(rule, nth + 1);
      risk += points * 0.5 ** nth * 2 ** (-Math.max(0, atUs - saidUs) / halfLifeUs);
    }
    return risk;
  }

  pack(writer: ByteWriter): void {
    writer.byte(this.told);
    writer.varint(this.#entries.length);
    for (const { findingId, atUs, rule, points, kinds } of this.#entries) {
      writer.raw(Buffer.from(findingId, "hex"));
      writer.double(atUs);
      writer.int32(rule);
      writer.varint(Math.round(points * 8));
      writer.byte(kinds);
    }
  }

  unpack(reader: ByteReader): void {
    this.told = reader.byte();
    for (let left = reader.varint(); left > 0; left -= 1) {
      const findingId = reader.raw(16).toString("hex");
      const [atUs, rule] = [reader.double(), reader.int32()];
      const [points, kinds] = [reader.varint() / 8, reader.byte()];
      this.#entries.push({ findingId, atUs, rule, points, kinds });
    }
  }
}
