import { ByteReader, ByteWriter } from "../bytes.ts";
import type { Fingerprint } from "./fingerprint.ts";

/** Findings that one identity adds to an hour's count at most: a storm is of many, and nobody makes one alone. */
export const perIdentityMax = 5;
/** Hours of event time that are counted of a rule; what is older than these is not counted. */
const hoursMax = 3;
/** Rules that are counted. */
const rulesMax = 64;
/** Version of the packed form; a new form gets a new number and a way to read the old one. */
const packedVersion = 1;

/** What one rule said within one hour. */
export class RuleHour {
  readonly rule: string;
  /** Hours since 1970. */
  readonly hour: number;
  /** Findings counted. */
  findings = 0;
  /** Whether it said too much, and says no more within the hour. */
  isStorm = false;
  /** Both ints of each identity it spoke of, and how often; none once it is a storm. */
  #who: number[] = [];

  constructor(rule: string, hour: number) {
    this.rule = rule;
    this.hour = hour;
  }

  /** Identities it spoke of, while it is no storm. */
  get identities(): number {
    return this.#who.length / 3;
  }

  /** Counts a finding about an identity, unless there were enough of that one. */
  count({ high, low }: Fingerprint): void {
    const who = this.#who;
    let at = 0;
    while (at < who.length && !(who[at] === high && who[at + 1] === low)) at += 3;
    if (at === who.length) who.push(high, low, 0);
    if (who[at + 2]! >= perIdentityMax) return;
    who[at + 2]! += 1;
    this.findings += 1;
  }

  /** From now on it says no more. */
  end(): void {
    this.isStorm = true;
    this.#who = [];
  }

  pack(writer: ByteWriter): void {
    writer.text(this.rule);
    writer.varint(this.hour);
    writer.varint(this.findings);
    writer.byte(this.isStorm ? 1 : 0);
    writer.varint(this.identities);
    for (const int of this.#who) writer.int32(int);
  }

  static unpack(reader: ByteReader): RuleHour {
    const read = new RuleHour(reader.text(), reader.varint());
    read.findings = reader.varint();
    read.isStorm = reader.byte() === 1;
    for (let left = reader.varint() * 3; left > 0; left -= 1) read.#who.push(reader.int32());
    return read;
  }
}

/** What detectors of habit said of one tenant in a partition, by rule and hour of event time. */
export class StormCounts {
  /** Identities of the tenant that the partition ever admitted. */
  identities = 0;
  #hours: RuleHour[] = [];

  /** The count of a rule's hour, where there is one. */
  find(rule: string, hour: number): RuleHour | undefined {
    return this.#hours.find((one) => one.rule === rule && one.hour === hour);
  }

  /** The same, begun where there is none; undefined where it lies before those that are counted. */
  get(rule: string, hour: number): RuleHour | undefined {
    const known = this.find(rule, hour);
    if (known !== undefined) return known;
    const ofRule = this.#hours.filter((one) => one.rule === rule).toSorted((a, b) => a.hour - b.hour);
    const [oldest] = ofRule;
    if (oldest === undefined && new Set(this.#hours.map((one) => one.rule)).size >= rulesMax)
      return undefined;
    if (oldest !== undefined && ofRule.length >= hoursMax) {
      if (hour < oldest.hour) return undefined;
      this.#hours = this.#hours.filter((one) => one !== oldest);
    }
    const begun = new RuleHour(rule, hour);
    this.#hours.push(begun);
    return begun;
  }

  pack(writer: ByteWriter): void {
    writer.byte(packedVersion);
    writer.varint(this.identities);
    writer.varint(this.#hours.length);
    for (const one of this.#hours) one.pack(writer);
  }

  /** @throws Error when it is of a form this program doesn't know, or cut off: it is never misread. */
  static unpack(bytes: Buffer): StormCounts {
    const reader = new ByteReader(bytes);
    const version = reader.byte();
    if (version !== packedVersion)
      throw new Error(
        `stored count of findings has version ${String(version)}, this program reads version ${String(packedVersion)}`,
      );
    const read = new StormCounts();
    read.identities = reader.varint();
    for (let left = reader.varint(); left > 0; left -= 1) read.#hours.push(RuleHour.unpack(reader));
    return read;
  }
}

/** Tenants whose counts are held. */
const tenantsMax = 10_000;

/** The counts of a partition's tenants. */
export class TenantStorms {
  readonly #counts = new Map<string, StormCounts>();

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  /** Takes in a count as the store has it. */
  load(key: string, packed: Buffer): void {
    this.#counts.set(key, StormCounts.unpack(packed));
  }

  /** The counts under a key, about to be used; new ones when nothing is known. */
  get(key: string): StormCounts {
    const known = this.#counts.get(key);
    if (known !== undefined) return known;
    const begun = new StormCounts();
    this.#counts.set(key, begun);
    return begun;
  }

  /** Drops those that came first when there are too many; says whether it did. Between chunks, as the store has them then. */
  makeRoom(): boolean {
    const surplus = this.#counts.size - tenantsMax;
    if (surplus <= 0) return false;
    for (const key of [...this.#counts.keys()].slice(0, surplus)) this.#counts.delete(key);
    return true;
  }
}

/** The key under which a tenant's counts are kept among the states: no tenant is empty, so it is no source's key. */
export const stormKey = (tenant: string): string => `\0\0${tenant}`;

/** Whether what is kept under a key is a tenant's counts. */
export const isStormKey = (key: string): boolean => key.startsWith("\0\0");
