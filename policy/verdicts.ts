import type { Verdict } from "../schemas/index.ts";
import type { TenantBook } from "./book.ts";
import { Histories, type Said } from "./history.ts";

/** By how much a verdict moves a threshold, and between which bounds all of them together may; in bits. */
const steps = {
  /** For the identity that the finding was about. */
  identity: { bits: 0.5, least: -1, most: 2 },
  /** For all others of the tenant, and for this one as well. */
  tenant: { bits: 0.1, least: -0.5, most: 1 },
} as const;

/** No verdicts move a threshold down by more than this, so that what is further below it need not be looked at. */
export const shiftLeastBits = steps.identity.least + steps.tenant.least;

/** Verdicts of one rule and signal that count: the latest, of each finding the last. */
const verdictsMax = 64;

/** A misconfiguration was worth telling, and was no attack. */
const directions: Readonly<Record<Verdict, number>> = { benign: 1, misconfiguration: 0, abuse: -1 };

/** A verdict, and what it is about. */
interface Given {
  readonly findingId: string;
  readonly identityId: string;
  readonly rule: string;
  readonly signal: string;
  readonly verdict: Verdict;
}

/** What people of one tenant said that findings were, as the control log tells it. */
export class Verdicts {
  /** Bits by place of the log, for a rule and signal, and for those of an identity. */
  readonly #shifts = new Histories<number>();
  /** By the same keys: direction by finding, in the order in which they were given last. */
  readonly #given = new Map<string, Map<string, number>>();

  /** Whether nobody ever said anything, as mostly. */
  get isEmpty(): boolean {
    return this.#shifts.size === 0;
  }

  add(given: Given, said: Omit<Said<unknown>, "value">): void {
    const { rule, signal, identityId } = given;
    this.#move(keyOf(rule, signal), given, said, steps.tenant);
    this.#move(keyOf(rule, signal, identityId), given, said, steps.identity);
  }

  /** Bits that are added to the threshold of a rule and signal for an identity, by what the log said before `control`. */
  shift(rule: string, signal: string, identityId: string, control: number): number {
    if (this.isEmpty) return 0;
    const ofTenant = this.#shifts.of(keyOf(rule, signal))?.last(control)?.value ?? 0;
    const ofIdentity = this.#shifts.of(keyOf(rule, signal, identityId))?.last(control)?.value ?? 0;
    return ofTenant + ofIdentity;
  }

  #move(
    key: string,
    { findingId, verdict }: Given,
    said: Omit<Said<unknown>, "value">,
    { bits, least, most }: (typeof steps)[keyof typeof steps],
  ): void {
    const given = this.#given.get(key) ?? new Map<string, number>();
    this.#given.set(key, given);
    given.delete(findingId);
    given.set(findingId, directions[verdict]);
    if (given.size > verdictsMax) given.delete(given.keys().next().value!);
    let moved = 0;
    // Bounded at each step: after a hundred benign ones a single verdict of abuse still moves it.
    for (const direction of given.values()) moved = Math.min(most, Math.max(least, moved + direction * bits));
    this.#shifts.add(key, { ...said, value: Math.round(moved * 10) / 10 });
  }
}

const keyOf = (...parts: readonly string[]): string => JSON.stringify(parts);

/**
 * By how many bits people's verdicts moved the threshold of a rule and signal for an identity: up, where such findings were
 * benign, by 3 at most; down, where they were abuse, by 1.5 at most. A detector of behaviour adds it to its threshold.
 *
 * @param control Place of the control log up to which is judged.
 * @example
 * const threshold = bitsMin + thresholdShift(book, "first-use", "operation", "agent:triage", control);
 */
export function thresholdShift(
  book: TenantBook,
  rule: string,
  signal: string,
  identityId: string,
  control: number,
): number {
  return book.verdicts.shift(rule, signal, identityId, control);
}
