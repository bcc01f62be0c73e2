import { type ActionPattern, actionPatterns, type EvidenceKind, type Severity } from "../../schemas/index.ts";
import { idText } from "../attribute/ids.ts";
import { type Begun, Partials } from "../learn/partials.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, type Noticed, quiet, type Signal } from "./detector.ts";
import { factsOf, isNoStep } from "./patterns-facts.ts";
import { comparedOf, follows, scopeOf } from "./patterns-match.ts";
import { compilePattern, type CompiledPattern } from "./patterns-sentence.ts";
import { is } from "./patterns-words.ts";
import { isFinding } from "./signals.ts";
import { sqlText } from "./sql.ts";
import { secondsBetween } from "./time.ts";

/** Sequences under way, of a pattern and of all; of an identity that little is known of, one. */
const partialsMaxOfPattern = 4;
const partialsMax = 16;
/** What is noted on each step that is out of character, so that a finding's SQL can count them. */
const strangeNote: Noticed = { name: "out of character" };

type Memory = Readonly<Record<"partials", Partials>>;

/**
 * Several actions of an identity that together are a known beginning of harm: patterns, as data. Alone they are low, as honest work
 * looks like it; graver where a detector of behaviour found a step out of character, and graver still where it found two.
 * Misses: what is spread over several identities, or over more time than a pattern gives it, and an identity that
 * does the same every day.
 */
function patternsOf(all: readonly CompiledPattern[]): Detector<Memory> {
  return {
    id: "patterns",
    version: 1,
    family: "correlation",
    newMemory: () => ({ partials: new Partials() }),
    examine(examined, { partials }) {
      const { action } = examined;
      if (isNoStep(action.kind)) return quiet;
      const facts = factsOf(examined);
      let said: (Noticed | Signal)[] | undefined;
      for (const pattern of all) {
        const partial = completedBy(pattern, partials, action, facts);
        if (partial !== undefined) say((said ??= []), signalOf(pattern, partial, examined, facts));
        if (
          (facts & is.strange) !== 0 &&
          !(said ?? []).includes(strangeNote) &&
          isStep(pattern, partials, action, facts)
        )
          (said ??= []).unshift(strangeNote);
      }
      return said ?? quiet;
    },
    learn: () => undefined,
    follow(examined, { partials }) {
      const { action, evidence } = examined;
      if (isNoStep(action.kind) || !action.isOk || action.isRefused) return;
      const facts = factsOf(examined);
      const maxOfPattern = evidence.gateOpen ? partialsMaxOfPattern : 1;
      const max = evidence.gateOpen ? partialsMax : 1;
      let ids: readonly number[] | undefined;
      for (const pattern of all) {
        const { steps, print } = pattern;
        for (const partial of partials.all) {
          if (partial.pattern !== print || partial.steps + 1 === steps.length) continue;
          if (follows(pattern, partial, action, facts))
            partials.put(advanced(pattern, partial, action, facts), maxOfPattern, max);
        }
        if ((facts & steps[0]!.needs) !== steps[0]!.needs || !isBeginning(pattern, action)) continue;
        if (evidence.gateOpen || !isTaken(all, pattern, partials, action))
          partials.put(begun(pattern, action, facts, (ids ??= action.idInts)), maxOfPattern, max);
      }
    },
  };
}

/** Of several patterns that are seen in the very same actions the gravest is a finding; the others are noted. */
function say(said: (Noticed | Signal)[], signal: Signal): void {
  const at = said.findIndex((one) => isFinding(one) && isOfSame(one, signal));
  if (at === -1) return void said.push(signal);
  const before = said[at]!;
  const isGraver = isFinding(before) && rankOf(signal) > rankOf(before);
  if (isGraver) said[at] = signal;
  said.push({ name: isGraver ? before.name : signal.name });
}

const rankOf = ({ severity }: Signal): number => severities.indexOf(severity);

function isOfSame({ cites: some = [] }: Signal, { cites: others = [] }: Signal): boolean {
  return some.length === others.length && some.every((id, nth) => id === others[nth]);
}

/** The patterns that we ship. */
export const patterns: Detector<Memory> = patternsOf(compiled(actionPatterns));

/** The detectors with patterns of somebody's own beside ours. */
export function withPatterns(
  detectors: readonly Detector[],
  added: readonly ActionPattern[],
): readonly Detector[] {
  if (added.length === 0) return detectors;
  const all = patternsOf(compiled([...actionPatterns, ...added]));
  return detectors.map((detector) => (detector.id === patterns.id ? all : detector));
}

function compiled(all: readonly ActionPattern[]): readonly CompiledPattern[] {
  return all.map((one) => {
    const made = compilePattern(one);
    if ("problem" in made) throw new Error(`the pattern ${one.id} ${made.problem}: ${made.words}`);
    return made;
  });
}

/** What is shared must be there to be shared, and what is compared there to be compared. */
function isBeginning({ scope, steps }: CompiledPattern, action: ActionView): boolean {
  if (scope === "session" && action.sessionId === "") return false;
  if (scope === "credential" && action.credentialId === "") return false;
  return comparedOf(steps[1]!.compared, action) !== undefined;
}

/** Whether the only place is that of a pattern which is listed before and may still go on: the rarer beginnings stand first. */
function isTaken(
  all: readonly CompiledPattern[],
  pattern: CompiledPattern,
  partials: Partials,
  { startedAtUs }: ActionView,
): boolean {
  const [there] = partials.all;
  const by = all.find(({ print }) => print === there?.pattern);
  if (there === undefined || by === undefined || all.indexOf(by) >= all.indexOf(pattern)) return false;
  return startedAtUs - there.lastUs <= by.steps[there.steps]!.withinUs;
}

/** The latest beginning that this action completes. */
function completedBy(
  pattern: CompiledPattern,
  { all }: Partials,
  action: ActionView,
  facts: number,
): Begun | undefined {
  const last = pattern.steps.length - 1;
  if ((facts & pattern.steps[last]!.needs) !== pattern.steps[last]!.needs) return undefined;
  return all.findLast(
    (one) => one.pattern === pattern.print && one.steps === last && follows(pattern, one, action, facts),
  );
}

/** Whether the action is a step of the pattern: its first, or what one that began waits for. */
function isStep(pattern: CompiledPattern, { all }: Partials, action: ActionView, facts: number): boolean {
  const { needs } = pattern.steps[0]!;
  if ((facts & needs) === needs && action.isOk && isBeginning(pattern, action)) return true;
  return all.some((one) => one.pattern === pattern.print && follows(pattern, one, action, facts));
}

function begun(pattern: CompiledPattern, action: ActionView, facts: number, ids: readonly number[]): Begun {
  return {
    pattern: pattern.print,
    scope: scopeOf(pattern.scope, action),
    compared: comparedOf(pattern.steps[1]!.compared, action)!,
    steps: 1,
    sinceUs: action.startedAtUs,
    lastUs: action.endedAtUs,
    strange: strangeBit(facts, 0),
    ids,
  };
}

function advanced(pattern: CompiledPattern, partial: Begun, action: ActionView, facts: number): Begun {
  const { steps, ids, strange } = partial;
  return {
    ...partial,
    compared: comparedOf(pattern.steps[steps + 1]!.compared, action) ?? nothing,
    steps: steps + 1,
    lastUs: action.endedAtUs,
    strange: strange | strangeBit(facts, steps),
    ids: [...ids, ...action.idInts],
  };
}

/** In place of what the next step is not compared to. */
const nothing = 0;

const strangeBit = (facts: number, step: number): number => ((facts & is.strange) === 0 ? 0 : 1 << step);

/** How grave it is, by how many of its steps were out of character. */
const severities: readonly Severity[] = ["low", "medium", "high"];

function signalOf(pattern: CompiledPattern, partial: Begun, examined: Examined, facts: number): Signal {
  const { action, noticed } = examined;
  const marks = partial.strange | strangeBit(facts, partial.steps);
  const outOfCharacter = [0, 1, 2, 3].filter((step) => (marks & (1 << step)) !== 0).length;
  const severity = severities[Math.min(outOfCharacter, severities.length - 1)]!;
  const kinds = new Set<EvidenceKind>(["correlation"]);
  for (const { evidence } of noticed) for (const kind of evidence) kinds.add(kind);
  const { sessionId, operation, startedAtUs } = action;
  // What honest work looks like as well is told once; what is out of character, in every session.
  const cause = `${pattern.id}|${operation}`;
  return {
    name: pattern.id,
    severity,
    cause: severity === "low" ? cause : `${sessionId}|${severity}|${cause}`,
    // Asked for only of what was not said before.
    get cites() {
      return idsOf(partial);
    },
    evidence: outOfCharacter === 0 ? ["correlation"] : [...kinds],
    tell: () => ({
      title: `${pattern.did}: ${pattern.when}`,
      did: pattern.did,
      why: {
        pattern: pattern.id,
        steps: partial.steps + 1,
        seconds: Math.max(0, secondsBetween(partial.sinceUs, startedAtUs)),
        outOfCharacter,
      },
      sql: sqlOf(pattern, action, idsOf(partial)),
    }),
  };
}

function idsOf({ ids }: Begun): readonly string[] {
  const ints = Int32Array.from(ids);
  return Array.from({ length: ints.length / 4 }, (_, nth) => idText(ints, nth * 4));
}

/** When an action began, in SQL over several. */
const startOf = (one: string): string =>
  `maxIf(toUnixTimestamp64Micro(started_at), action_id = ${sqlText(one)})`;

function sqlOf({ id }: CompiledPattern, action: ActionView, earlier: readonly string[]): string {
  const { tenant, identityId } = action;
  const ids = [...earlier, action.id].map(sqlText).join(", ");
  return `SELECT ${sqlText(id)} AS pattern, uniqExact(action_id) AS steps, greatest(0, toInt64(floor((${startOf(action.id)} - ${startOf(earlier[0]!)}) / 1000000))) AS seconds, uniqExactIf(action_id, has(signals, ${sqlText("patterns/out of character")})) AS outOfCharacter FROM v_actions WHERE tenant = ${sqlText(tenant)} AND identity_id = ${sqlText(identityId)} AND action_id IN (${ids})`;
}
