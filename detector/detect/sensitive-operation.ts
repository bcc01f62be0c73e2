import { type OperationClass, operationClasses } from "../../schemas/index.ts";
import { fingerprint } from "../attribute/ids.ts";
import { Bursts } from "../learn/bursts.ts";
import { type Fingerprint, fingerprintOf } from "../learn/fingerprint.ts";
import { Marks } from "../learn/marks.ts";
import { Novelty } from "../learn/novelty.ts";
import { Programs } from "../learn/programs.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, quiet, type Signal } from "./detector.ts";
import {
  cameInBulk,
  hourUs,
  networksMax,
  programsMax,
  refusedWords,
  type Seen,
  sqlOf,
  tactics,
  weigh,
} from "./sensitive-weights.ts";

/** From here on it is a finding: by the scale of the classes, one that is heard of 16 times as often in attacks. */
const bitsMin = 4;
const bitsHigh = 8;
const burstsMax = 16;
const burstsMaxUnderGate = 8;
const habitsMax = 48;
const habitsMaxUnderGate = 12;
const dayUs = 24 * hourUs;
/** A mark holds the days, and the latest of them, in one number. */
const dayRoom = 100_000;
/** Of a program's name in a cause, which may not grow too long. */
const programCharsMax = 64;

interface Memory extends Readonly<Record<string, Programs | Novelty | Bursts | Marks>> {
  readonly programs: Programs;
  readonly networks: Novelty;
  readonly bursts: Bursts;
  readonly habits: Marks;
}

const refused = new RegExp(refusedWords, "u");

/**
 * An operation on what runs everything else (credentials, rights, logs, what is shared with whom), of the classes in
 * `operation-classes.ts`. How telling it is by its class, in bits, and more where it is done with a program or from a network that this
 * identity hardly uses, among operations that serve other ends of an attacker, to many targets at once, or in vain; less where it was done
 * so on earlier days, or by tools that set up infrastructure. It speaks before the evidence gate opens, as stolen credentials have
 * no past: what can be said of anybody counts in full then, and of what rests on the habit only so much as would be stored. Misses: what is in no class, and an attacker who does what the identity does daily, in its place, with its program.
 */
export const sensitiveOperation: Detector<Memory> = {
  id: "sensitive-operation",
  version: 1,
  family: "behaviour",
  newMemory: () => ({
    programs: new Programs(programsMax),
    networks: new Novelty(),
    bursts: new Bursts(),
    habits: new Marks(),
  }),
  examine(examined, memory) {
    const { action } = examined;
    const name = action.attribute("nhi.action.class");
    const kind = name === undefined ? undefined : classOf(name);
    if (name === undefined || kind === undefined) return quiet;
    const seen = seenOf(action, name, kind, memory);
    const bits = Math.round(weigh(seen) * 100) / 100;
    if (bits < bitsMin) return kind.bits === 0 ? quiet : [{ name, bits }];
    return [signalOf(action, seen, bits, examined.evidence.gateOpen ? bits : weigh(seen, false))];
  },
  follow({ action, evidence }, { programs, bursts }) {
    const name = action.attribute("nhi.action.class");
    const kind = name === undefined ? undefined : classOf(name);
    if (name === undefined || kind === undefined || kind.bits === 0) return;
    const hour = hourOf(action);
    programs.mark(fingerprintOf(programOf(action)), hour, tactics.indexOf(kind.tactic));
    if (!cameInBulk.has(kind.tactic)) return;
    const max = evidence.gateOpen ? burstsMax : burstsMaxUnderGate;
    bursts.note(keyOf(name, action), hour, targetOf(action), max);
  },
  learn({ action, evidence }, { programs, networks, habits }) {
    const means = action.attribute("nhi.client.kind");
    if (means === undefined || means === "service") return;
    const { network, ordinal } = action;
    programs.learn(fingerprintOf(programOf(action)));
    if (network !== "") networks.observe(action.fingerprintOf(action.networkCode), networksMax, ordinal);
    const name = action.attribute("nhi.action.class");
    if (name === undefined || (classOf(name)?.bits ?? 0) === 0) return;
    const key = keyOf(name, action);
    const today = dayOf(action);
    const known = habits.get(key)?.number ?? 0;
    if (today <= known % dayRoom) return;
    const days = Math.floor(known / dayRoom) + 1;
    habits.put(key, days * dayRoom + today, "", evidence.gateOpen ? habitsMax : habitsMaxUnderGate);
  },
};

function classOf(name: string): OperationClass | undefined {
  return Object.hasOwn(operationClasses, name) ? operationClasses[name] : undefined;
}

const programOf = (action: ActionView): string => action.attribute("user_agent.name") ?? "";
const hourOf = ({ startedAtUs }: ActionView): number => Math.floor(startedAtUs / hourUs);
const dayOf = ({ startedAtUs }: ActionView): number => Math.floor(startedAtUs / dayUs);
const keyOf = (name: string, action: ActionView): Fingerprint =>
  fingerprintOf(`${name}\0${programOf(action)}`);
const targetOf = ({ operation, resourceId = "" }: ActionView): Fingerprint =>
  fingerprintOf(`${operation}\0${resourceId}`);

/** What is known around an action of a class. */
function seenOf(
  action: ActionView,
  name: string,
  kind: OperationClass,
  { programs, networks, bursts, habits }: Memory,
): Seen {
  const program = programOf(action);
  const print = fingerprintOf(program);
  const hour = hourOf(action);
  const { number = 0 } = habits.get(keyOf(name, action)) ?? {};
  const days = Math.floor(number / dayRoom) - (number % dayRoom === dayOf(action) ? 1 : 0);
  const marks = programs.marks(print, hour) & ~(1 << tactics.indexOf(kind.tactic));
  const isNewNetwork =
    action.network !== "" && networks.canTell && !networks.has(action.fingerprintOf(action.networkCode));
  return {
    name,
    kind,
    program,
    means: action.attribute("nhi.client.kind") ?? "",
    isPerson: action.identityKind === "human",
    actions: programs.canTell ? programs.total : 0,
    byProgram: programs.canTell ? programs.count(print) : 0,
    placed: isNewNetwork ? networks.observations : 0,
    networks: isNewNetwork ? networks.news : 0,
    tactics: ones(marks),
    targets: cameInBulk.has(kind.tactic) ? bursts.count(keyOf(name, action), hour, targetOf(action)) : 1,
    days: Math.max(0, days),
    isRefused: action.isRefused || refused.test(action.attribute("error.type") ?? ""),
  };
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** `settled` are the bits that count before the gate opens; all of them afterwards. */
function signalOf(action: ActionView, seen: Seen, bits: number, settled: number): Signal {
  const { name, program, kind } = seen;
  const { operation, resourceId = "" } = action;
  // Each target of a change is one of its own; who reads a hundred secrets is told of once.
  const target = action.mutating ? fingerprint(resourceId) : "";
  return {
    name,
    bits,
    severity: settled >= bitsHigh ? "high" : settled >= bitsMin ? "medium" : "low",
    // What its place adds is left out of the severity until the gate opens.
    confidence: "full",
    // What was only stored does not keep quiet what calls somebody later.
    cause: `${settled < bitsMin ? "stored|" : ""}${action.sessionId}|${name}|${operation}|${program.slice(0, programCharsMax)}|${target}`,
    tell: () => ({
      title: `${kind.about}: ${operation}${resourceId === "" ? "" : ` on ${resourceId}`}`,
      why: {
        class: name,
        tactic: kind.tactic,
        techniques: kind.techniques.join(", "),
        sensitivity: kind.bits,
        program,
        actions: seen.actions,
        byProgram: seen.byProgram,
        placed: seen.placed,
        networks: seen.networks,
        tactics: seen.tactics,
        targets: seen.targets,
        days: seen.days,
        refused: seen.isRefused,
        bits,
      },
      sql: sqlOf(action, seen),
    }),
  };
}
