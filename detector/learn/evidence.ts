import type { ByteReader, ByteWriter } from "../bytes.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Block } from "./memory.ts";
import { SeenValues } from "./seen-values.ts";

/** Beyond these the gate has long been passed and counting on would only cost memory. */
export const daysMax = 14;
const sessionsMax = 4;

const usPerDay = 86_400_000_000;

/** How much is known of an identity: what a statistical word about it may rest on. */
export interface Evidence {
  /** Actions learned from. */
  readonly actions: number;
  /** Different UTC days with an action, counted up to `daysMax`. */
  readonly activeDays: number;
  /** Different sessions, counted up to a few. */
  readonly sessions: number;
  /** Whether a statistical word may be said at all. */
  readonly gateOpen: boolean;
}

/**
 * No statistical finding before this: less than 200 actions on 7 days in 3 sessions is not yet a habit. Authority needs
 * no gate.
 */
export const gate = { actions: 200, days: 7, sessions: 3 } as const;

/** The evidence as it is gathered. */
export class GatheredEvidence implements Block, Evidence {
  actions = 0;
  readonly #days: number[] = [];
  readonly #sessions = new SeenValues();

  get activeDays(): number {
    return this.#days.length;
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  get gateOpen(): boolean {
    return (
      this.actions >= gate.actions && this.#days.length >= gate.days && this.#sessions.size >= gate.sessions
    );
  }

  /** Adds one action. */
  gather(startedAtUs: number, session: string): void {
    this.actions += 1;
    const day = Math.floor(startedAtUs / usPerDay);
    if (this.#days.length < daysMax && !this.#days.includes(day)) this.#days.push(day);
    if (this.#sessions.size >= sessionsMax) return;
    const print = fingerprintOf(session);
    if (!this.#sessions.has(print)) this.#sessions.add(print);
  }

  pack(writer: ByteWriter): void {
    writer.varint(this.actions);
    writer.varint(this.#days.length);
    for (const day of this.#days) writer.varint(day);
    this.#sessions.pack(writer);
  }

  unpack(reader: ByteReader): void {
    this.actions = reader.varint();
    for (let left = reader.varint(); left > 0; left -= 1) this.#days.push(reader.varint());
    this.#sessions.unpack(reader);
  }
}
