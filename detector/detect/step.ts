import type { Action, Alert, Authority, Finding, LogPosition } from "../../schemas/index.ts";
import type { AttributedAction } from "../attribute/action.ts";
import { clip } from "../attribute/clip.ts";
import { computedId } from "../attribute/ids.ts";
import { remember } from "../learn/bounded.ts";
import { gather } from "../learn/evidence.ts";
import { copyState, type IdentityState, newIdentityState } from "../learn/identity-state.ts";
import type { Json } from "../learn/json.ts";
import type { Detector, Examined, Signal } from "./detector.ts";
import { alertOf, join } from "./episode.ts";
import { judgedAction } from "./judged-action.ts";
import { sqlText } from "./sql.ts";

/** What comes this much earlier than what was already learned is judged and stored, but not learned. */
const lateUs = 600_000_000;
/** A clock this far ahead of the log's is not believed: such an action moves no baseline. */
const clockAheadUs = 300_000_000;
/** Recent ids remembered of an identity; within these a span delivered twice is one action. */
const recentMax = 256;
/** Findings remembered of an identity, so that each is said once. */
const reportedMax = 128;
/** Digits of an id that are remembered: enough that nobody finds an action whose id begins like another's. */
const shortId = (id: string): string => id.slice(0, 22);

/** An action with its authority and its place in the log. */
export interface Judged {
  readonly action: AttributedAction;
  readonly authority: Authority;
  readonly position: LogPosition;
}

/** States by `stateKey`. */
export type States = ReadonlyMap<string, IdentityState>;

/** What a step gives: the states that changed, and the rows for the store. */
export interface Stepped {
  readonly changed: States;
  readonly actions: readonly Action[];
  readonly findings: readonly Finding[];
  readonly alerts: readonly Alert[];
  /** Actions that had already been seen; they give no row and change nothing. */
  readonly duplicates: number;
}

/** The key under which the state of an action's identity is kept: tenants never share one. */
export function stateKey(action: { readonly tenant: string; readonly identityId: string }): string {
  return `${action.tenant}\0${action.identityId}`;
}

/**
 * The engine: `(states, actions) → (states, rows)`. Pure, on event time: the same log gives the same rows, byte for byte,
 * however it is cut into steps. `states` is not touched; what changed comes back.
 *
 * @example
 * const { changed, findings } = step(new Map(), [{ action, authority, position }], detectors);
 */
export function step(states: States, judged: readonly Judged[], detectors: readonly Detector[]): Stepped {
  const changed = new Map<string, IdentityState>();
  const actions: Action[] = [];
  const findings: Finding[] = [];
  const alerts: Alert[] = [];
  let duplicates = 0;
  for (const one of judged) {
    const key = stateKey(one.action);
    const known = changed.get(key) ?? states.get(key);
    const recentKey = shortId(one.action.id);
    if (known?.recent.has(recentKey)) {
      duplicates += 1;
      continue;
    }
    const state = changed.get(key) ?? (known === undefined ? newIdentityState() : copyState(known));
    changed.set(key, state);
    const { action, said } = advance(state, one, detectors);
    remember(state.recent, recentKey, recentMax);
    actions.push(action);
    for (const { finding, raised } of said) {
      findings.push(finding);
      if (raised) alerts.push(alertOf(finding));
    }
  }
  return { changed, actions, findings, alerts, duplicates };
}

interface Said {
  readonly finding: Finding;
  readonly raised: boolean;
}

/** Judges one action and learns from it. `state` is this step's own copy and is changed in place. */
function advance(
  state: IdentityState,
  judged: Judged,
  detectors: readonly Detector[],
): { readonly action: Action; readonly said: readonly Said[] } {
  const { action, authority, position } = judged;
  const late = action.startedAtUs < state.lastAtUs - lateUs;
  const clockSuspect = action.startedAtUs > position.atMs * 1000 + clockAheadUs;
  const examined: Examined = { action, authority, evidence: state.evidence };
  const atUs = clockSuspect ? position.atMs * 1000 : action.startedAtUs;
  const noticed = detectors.flatMap((detector) =>
    detector.examine(examined, memoryOf(state, detector)).map((signal) => ({ detector, signal })),
  );
  const said = noticed
    .map(({ detector, signal }) => report(state, judged, detector, signal, atUs))
    .filter((one) => one !== undefined);
  if (!late && !clockSuspect) learn(state, examined, detectors);
  const signals = noticed.map(({ detector, signal }) => `${detector.id}/${signal.name}`);
  return { action: judgedAction(action, { authority, signals, late, clockSuspect, position }), said };
}

function memoryOf(state: IdentityState, detector: Detector): Json {
  return state.memories.get(detector.id) ?? detector.initial;
}

function learn(state: IdentityState, examined: Examined, detectors: readonly Detector[]): void {
  const { action } = examined;
  for (const detector of detectors) {
    const memory = detector.learn(examined, memoryOf(state, detector));
    if (memory !== null) state.memories.set(detector.id, memory);
  }
  state.evidence = gather(state.evidence, action.startedAtUs, action.sessionId);
  state.lastAtUs = Math.max(state.lastAtUs, action.startedAtUs);
}

/** Makes a finding of a signal, unless this identity was already told of this cause. */
function report(
  state: IdentityState,
  { action, position }: Judged,
  detector: Detector,
  signal: Signal,
  atUs: number,
): Said | undefined {
  const id = computedId(
    "finding",
    detector.id,
    String(detector.version),
    action.tenant,
    action.identityId,
    signal.cause,
  );
  if (state.reported.has(shortId(id))) return undefined;
  remember(state.reported, shortId(id), reportedMax);
  const { episode, raised } = join(state.episode, { id, severity: signal.severity, atUs });
  state.episode = episode;
  const finding: Finding = {
    id,
    tenant: action.tenant,
    rule: detector.id,
    ruleVersion: detector.version,
    identityId: action.identityId,
    episodeId: episode.id,
    chainId: action.chainId,
    sessionId: action.sessionId,
    severity: signal.severity,
    title: clip(signal.title, 512),
    cause: signal.cause,
    why: { ...signal.why },
    sql: filledIn(signal.sql, beforeSql(action, position)),
    actionIds: [action.id],
    atUs,
  };
  return { finding, raised };
}

/** Puts a condition where `{before}` stands; within quotes it is a name that somebody gave. */
function filledIn(sql: string, before: string): string {
  return sql.replaceAll(/'(?:[^'\\]|\\.)*'|\{before\}/gu, (found) => (found === "{before}" ? before : found));
}

/** The actions an identity had been learned from when this one came: those before it in the log, but for the late ones. */
function beforeSql(action: AttributedAction, { topic, partition, offset, index }: LogPosition): string {
  return [
    `tenant = ${sqlText(action.tenant)}`,
    `identity_id = ${sqlText(action.identityId)}`,
    `topic = ${sqlText(topic)}`,
    `partition = ${String(partition)}`,
    `(offset, record_index) < (${String(offset)}, ${String(index)})`,
    "NOT late",
    "NOT clock_suspect",
  ].join(" AND ");
}
