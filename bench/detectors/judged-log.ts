import { PolicyBook } from "../../policy/book.ts";
import { AuthorityOf } from "../../detector/authorise/authority-of.ts";
import { defaultLimits } from "../../detector/decode/index.ts";
import type { Detector } from "../../detector/detect/detector.ts";
import { RecentActions } from "../../detector/detect/recent-actions.ts";
import { RecordPlaces } from "../../detector/detect/record-places.ts";
import { step } from "../../detector/detect/step.ts";
import { IdentityStates } from "../../detector/learn/identity-states.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { ChunkReader } from "../../detector/stream/chunk.ts";
import type { LogRecord } from "../../detector/stream/ports.ts";
import { grant } from "../agent-batch.ts";
import { median } from "../figure.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const dayUs = 86_400_000_000;
const control = 1;
/** Nothing is outside of it: a finding for each action would be the cost of findings. */
const all = { ...grant, operations: ["**"], resources: ["**"] };

/** A log in columns: decoded and attributed once, then judged as often as one likes, each time some weeks later. */
export class JudgedLog {
  readonly #columns;
  readonly #places: RecordPlaces;
  readonly #rows: Int32Array;
  readonly #startedAtUs: Float64Array;
  readonly #endedAtUs: Float64Array;
  readonly #authority: AuthorityOf;
  readonly #spanUs: number;

  constructor(records: readonly LogRecord[]) {
    const reader = new ChunkReader(shippedAttributor(), defaultLimits);
    const { deadLetters } = reader.read(partition, records, 0);
    if (deadLetters.length > 0) throw new Error("a span of the measurement can't be read");
    this.#columns = reader.columns;
    this.#places = new RecordPlaces(partition, records);
    const { startedAtUs, endedAtUs } = reader.columns.instants;
    this.#startedAtUs = startedAtUs.slice();
    this.#endedAtUs = endedAtUs.slice();
    this.#rows = Int32Array.from({ length: reader.columns.count }, (_, row) => row).toSorted(
      (one, other) => endedAtUs[one]! - endedAtUs[other]!,
    );
    const first = endedAtUs[this.#rows[0]!]!;
    this.#spanUs = Math.ceil((endedAtUs[this.#rows.at(-1)!]! - first) / dayUs / 7 + 1) * 7 * dayUs;
    const book = new PolicyBook();
    book.enter(0, { kind: "grant_given", tenant: "default", author: grant.approver, atUs: 1, grant: all });
    this.#authority = new AuthorityOf(book, control);
  }

  get actions(): number {
    return this.#rows.length;
  }

  /** What judges the whole log once, by these detectors, with what they remember of the times before. */
  judge(detectors: readonly Detector[]): Judging {
    const budget = { bytesMax: Number.POSITIVE_INFINITY, bytes: 0 };
    const states = new IdentityStates({ detectors, budget, readyMax: 10_000 });
    const packed = new Map<string, number>();
    let rounds = 0;
    let findings = 0;
    const once = (): void => {
      this.#moveBy(rounds * this.#spanUs);
      const recent = new RecentActions(0);
      recent.makeRoom(this.actions);
      const stepped = step(this.#columns, this.#places, {
        states,
        recent,
        detectors,
        authority: this.#authority,
        rows: this.#rows,
        judged: rounds * this.actions,
        stored: new Set(),
        newPerHourMax: 0,
      });
      rounds += 1;
      findings += stepped.findings.length;
      for (const [key, state] of stepped.changed) packed.set(key, states.pack(key, state).length);
    };
    return { once, bytes: () => [...packed.values()], findings: () => findings };
  }

  #moveBy(us: number): void {
    const { startedAtUs, endedAtUs } = this.#columns.instants;
    for (let row = 0; row < this.actions; row += 1) {
      startedAtUs[row] = this.#startedAtUs[row]! + us;
      endedAtUs[row] = this.#endedAtUs[row]! + us;
    }
  }
}

/** A log being judged again and again. */
interface Judging {
  readonly once: () => void;
  /** Of the packed states, an identity each. */
  readonly bytes: () => readonly number[];
  readonly findings: () => number;
}

/** Microseconds of processor time of judging a log once, the median of `rounds`, of each of two that take turns. */
export function costOf(ours: Judging, theirs: Judging, rounds = 9): readonly [number, number] {
  const cost: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round += 1) {
    cost[0].push(cpuUs(ours.once));
    cost[1].push(cpuUs(theirs.once));
  }
  return [median(cost[0]), median(cost[1])];
}

function cpuUs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
