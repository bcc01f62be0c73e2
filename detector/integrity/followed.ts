import { Lives, type Batch, type Life } from "./lives.ts";
import { type Limited, limits } from "./limits.ts";
import type { ProcessName } from "./suspicion.ts";

/** Numbers of one process as they were stored together. */
export interface SequenceRow extends Batch {
  /** Records among them that say that something began. */
  readonly starts: number;
  readonly name: ProcessName;
  readonly receivedAtMs: number;
  readonly storedAtMs: number;
}

/** What a finding was told of that may still change. */
export interface Told {
  readonly rule: string;
  readonly cause: string;
  readonly atUs: number;
  readonly episodeId: string;
  /** The numbers it is about; -1 where it is about none. */
  readonly fromSeq: number;
  readonly toSeq: number;
  /** How many of them were missing when it was last told. */
  readonly missing: number;
  /** Whether it is over: come late, or heard again. */
  readonly isOver: boolean;
}

/** What is known of one process. */
export interface FollowedProcess {
  readonly name: ProcessName;
  readonly lives: Lives;
  lastReceivedAtMs: number;
  lastStoredAtMs: number;
  lastAtUs: number;
  /** Whether it ever tells that something began. */
  tellsStarts: boolean;
  /** Whether its silence was judged already. */
  isSilenceJudged: boolean;
  /** When gaps of it were last told together. */
  toldTogetherAtMs: number;
  /** A life of it that said numbers twice since it was last looked at. */
  doubled: Life | undefined;
  /** When the store was last asked whether it is two. */
  doublingAskedAtMs: number;
  readonly told: Told[];
}

/** All processes that speak, as many as the limits allow; those of one client never push out another's. */
export class Followed {
  /** By client, then by name; the one silent longest first. */
  readonly #clients = new Map<string, Map<string, FollowedProcess>>();
  readonly #onLimited: (what: Limited) => void;
  #ranges = 0;

  constructor(onLimited: (what: Limited) => void) {
    this.#onLimited = onLimited;
  }

  get size(): number {
    let size = 0;
    for (const processes of this.#clients.values()) size += processes.size;
    return size;
  }

  *[Symbol.iterator](): Iterator<FollowedProcess> {
    for (const processes of this.#clients.values()) yield* processes.values();
  }

  /** The process of this name, which becomes the one that spoke last. */
  get(name: ProcessName): FollowedProcess {
    const client = `${name.tenant}\0${name.source}`;
    const processes = this.#clients.get(client) ?? new Map<string, FollowedProcess>();
    this.#clients.set(client, processes);
    const known = processes.get(name.process) ?? newProcess(name);
    processes.delete(name.process);
    processes.set(name.process, known);
    if (processes.size > limits.processesPerClientMax) this.#forgetFirst(processes, "processes");
    return known;
  }

  add(row: SequenceRow): void {
    const process = this.get(row.name);
    const before = process.lives.size;
    const { life, known } = process.lives.add(row, this.#onLimited);
    this.#ranges += process.lives.size - before;
    process.lastReceivedAtMs = Math.max(process.lastReceivedAtMs, row.receivedAtMs);
    process.lastStoredAtMs = Math.max(process.lastStoredAtMs, row.storedAtMs);
    process.lastAtUs = Math.max(process.lastAtUs, row.lastAtUs);
    process.tellsStarts ||= row.starts > 0;
    process.isSilenceJudged = false;
    if (known > 0) process.doubled = life;
    const processes = this.#clients.get(`${row.name.tenant}\0${row.name.source}`);
    while (this.#ranges > limits.rangesMax && processes !== undefined && processes.size > 1)
      this.#forgetFirst(processes, "ranges");
  }

  /** Remembers what was told of a process. The oldest becomes final, and with it the numbers it is about. */
  tell(process: FollowedProcess, told: Told): void {
    const before = process.told.findIndex((one) => one.rule === told.rule && one.cause === told.cause);
    if (before >= 0) process.told[before] = told;
    else process.told.push(told);
    if (process.told.length <= limits.toldPerProcessMax) return;
    const oldest = process.told.shift()!;
    this.#onLimited("findings");
    const ranges = process.lives.size;
    for (const { coverage } of process.lives.all.filter((life) => isOf(oldest, "telemetry-gap", life)))
      coverage.forgetBelow(oldest.toSeq + 1);
    this.#ranges += process.lives.size - ranges;
  }

  #forgetFirst(processes: Map<string, FollowedProcess>, why: Limited): void {
    for (const [key, { lives }] of processes) {
      this.#ranges -= lives.size;
      processes.delete(key);
      this.#onLimited(why);
      return;
    }
  }
}

/** Whether something was told of this life. The numbers of two lives may be the same; their times are not. */
export function isOf(
  { rule, cause, fromSeq }: Told,
  wanted: string,
  { firstAtUs, lastAtUs, coverage }: Life,
): boolean {
  if (rule !== wanted || fromSeq > coverage.last) return false;
  const atUs = Number(cause.split("|")[1]);
  return atUs >= firstAtUs && atUs <= lastAtUs;
}

const newProcess = (name: ProcessName): FollowedProcess => ({
  name,
  lives: new Lives(),
  lastReceivedAtMs: 0,
  lastStoredAtMs: 0,
  lastAtUs: 0,
  tellsStarts: false,
  toldTogetherAtMs: 0,
  isSilenceJudged: false,
  doubled: undefined,
  doublingAskedAtMs: 0,
  told: [],
});
