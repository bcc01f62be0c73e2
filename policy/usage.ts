import type { AuthorityOutcome } from "../schemas/index.ts";
import type { ActionFacts } from "./facts.ts";
import type { GrantVersion } from "./grant-version.ts";
import { hashOf } from "./hash.ts";
import { Steps } from "./steps.ts";
import { type NumberReader, type NumberWriter, Tally } from "./tally.ts";
import { triedWhat, Tries } from "./tries.ts";

/** Grants that are counted at once; of more, the one unused longest begins anew. */
const grantsMax = 16;
/** Approvals remembered as used. */
const approvalsMax = 16;
/** No single action is believed to have brought more. */
const bytesMax = 2 ** 50;

/** What was done under one grant. */
interface GrantUse {
  readonly rate: Tally;
  readonly volume: Tally;
  readonly tries: Tries;
  readonly steps: Steps;
}

/** How an action ended. */
export interface Ended {
  readonly isOk: boolean;
  readonly atUs: number;
}

/**
 * What one identity did under the grants that count it: rate, retries, order and volume. The same in a guard and in the detector; on
 * the time of the actions, so that the same actions in the same order always give the same; bounded in each part.
 */
export class Usage {
  /** By grant, the one unused longest first. */
  #grants: Map<number, GrantUse> | undefined;
  readonly #approvals: number[] = [];

  /** The boundary that an action under a grant would cross; undefined where it stays within all. */
  crossed({ grant, limits }: GrantVersion, facts: ActionFacts, atUs: number): AuthorityOutcome | undefined {
    if (limits === undefined) return undefined;
    const use = this.#grants?.get(hashOf(grant.id)) ?? unused;
    const { rate, volume, retries, stepsOf } = limits;
    const { sessionId, operation } = facts;
    if (stepsOf !== undefined && use.steps.next(sessionId, stepsOf(operation)) === undefined)
      return "out_of_order";
    if (retries !== undefined) {
      const tries = use.tries.after(triedWhat(operation, facts.resources[0]?.id ?? ""), atUs, retries);
      if (tries !== undefined && tries >= retries.max) return "over_retries";
    }
    if (rate !== undefined && use.rate.before(atUs, rate, false) >= rate.max) return "over_rate";
    // Of what hasn't ended it is only known that something may come back.
    if (
      volume !== undefined &&
      use.volume.before(atUs, volume, true) + Math.max(1, bytesOf(facts)) > volume.max
    )
      return "over_volume";
    return undefined;
  }

  /** Whether something under a grant might begin, as far as the volume goes: how much comes back is known at the end only. */
  hasRoom({ grant, limits }: GrantVersion, atUs: number): boolean {
    const use = this.#grants?.get(hashOf(grant.id)) ?? unused;
    return limits?.volume === undefined || use.volume.before(atUs, limits.volume, true) < limits.volume.max;
  }

  /** Whether an approval was used already. */
  wasApproved(approvalId: string): boolean {
    return this.#approvals.length > 0 && this.#approvals.includes(hashOf(approvalId));
  }

  /** Notes that an action began under a grant. */
  begin({ grant, limits }: GrantVersion, { approvalId }: ActionFacts, atUs: number): void {
    if (grant.ask && approvalId !== "" && !this.wasApproved(approvalId)) {
      this.#approvals.push(hashOf(approvalId));
      if (this.#approvals.length > approvalsMax) this.#approvals.shift();
    }
    if (limits?.rate !== undefined) this.#useOf(grant.id).rate.add(atUs, 1, limits.rate, false);
  }

  /** Notes how an action ended that had begun under a grant. */
  end(version: GrantVersion, facts: ActionFacts, atUs: number, ended: Ended): void {
    const { grant, limits } = version;
    if (limits === undefined) return;
    this.endTry(version, facts, atUs, ended);
    const { volume, stepsOf } = limits;
    const bytes = bytesOf(facts);
    if (volume !== undefined && bytes > 0) this.#useOf(grant.id).volume.add(atUs, bytes, volume, true);
    if (stepsOf === undefined || !ended.isOk) return;
    const { steps } = this.#useOf(grant.id);
    const step = steps.next(facts.sessionId, stepsOf(facts.operation));
    if (step !== undefined) steps.reach(facts.sessionId, step);
  }

  /** Notes how a try ended, whether it was allowed or not. */
  endTry({ grant, limits }: GrantVersion, facts: ActionFacts, atUs: number, ended: Ended): void {
    if (limits?.retries === undefined) return;
    const what = triedWhat(facts.operation, facts.resources[0]?.id ?? "");
    this.#useOf(grant.id).tries.end(what, atUs, limits.retries, ended);
  }

  #useOf(grantId: string): GrantUse {
    this.#grants ??= new Map();
    const key = hashOf(grantId);
    const use = this.#grants.get(key) ?? newUse();
    this.#grants.delete(key);
    this.#grants.set(key, use);
    for (const oldest of this.#grants.keys()) {
      if (this.#grants.size <= grantsMax) break;
      this.#grants.delete(oldest);
    }
    return use;
  }

  pack(writer: NumberWriter): void {
    writer.varint(this.#approvals.length);
    for (const one of this.#approvals) writer.varint(one);
    writer.varint(this.#grants?.size ?? 0);
    for (const [key, { rate, volume, tries, steps }] of this.#grants ?? []) {
      writer.varint(key);
      for (const part of [rate, volume, tries, steps]) part.pack(writer);
    }
  }

  unpack(reader: NumberReader): void {
    for (let left = reader.varint(); left > 0; left -= 1) this.#approvals.push(reader.varint());
    for (let left = reader.varint(); left > 0; left -= 1) {
      const key = reader.varint();
      const use = newUse();
      for (const part of [use.rate, use.volume, use.tries, use.steps]) part.unpack(reader);
      (this.#grants ??= new Map()).set(key, use);
    }
  }
}

const newUse = (): GrantUse => ({
  rate: new Tally(),
  volume: new Tally(),
  tries: new Tries(),
  steps: new Steps(),
});
/** Nobody writes to it. */
const unused = newUse();

function bytesOf({ resultBytes = 0 }: ActionFacts): number {
  return resultBytes > 0 ? Math.floor(Math.min(resultBytes, bytesMax)) : 0;
}
