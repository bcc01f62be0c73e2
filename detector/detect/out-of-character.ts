import { thresholdShift } from "../../policy/verdicts.ts";
import { KeptNumbers } from "../learn/kept-numbers.ts";
import { Routines } from "../learn/character/routines.ts";
import { SessionScores } from "../learn/character/session-scores.ts";
import { Trail } from "../learn/character/trail.ts";
import { Uses } from "../learn/character/uses.ts";
import { Sessions } from "../learn/sessions.ts";
import { type Argument, argumentsOf, operationPrint } from "./character/arguments.ts";
import {
  beginningOf,
  type Character,
  classPrint,
  opinionOf,
  originClassOf,
  sessionOf,
  valueClassOf,
} from "./character/opinion.ts";
import { lineOf } from "./character/line.ts";
import { known } from "./character/weights.ts";
import { causeOf, tellOf } from "./character/words.ts";
import { type Detector, type Examined, type Noticed, quiet, type Signal } from "./detector.ts";

const stranger = "stranger";
/** Sessions that are followed at once. */
const trailsMax = 8;
/** Uses remembered of an identity whose gate is open, and classes; under it room grows with what it does, so that who is made up stays small. */
const usesMax = 768;
const usesUnderGate = { atOnce: 8, perAction: 2 } as const;
const classesMax = 192;
/** So many routines are needed before frequencies say how arguments of a new one look. */
const routinesMin = 4;
/** Below this nothing is noted. */
const notedFrom = 5;
/** From so many bits above the line on a finding is grave. */
const graveAbove = 3;

/**
 * Somebody else chose what an identity acts on. For each argument: where its value was seen before (used by this operation, this
 * identity, its family, new) and where it came from (the prompt, no text, an origin habitual for this operation or kind, never),
 * weighed together against the identity's own frequencies of such arguments, and against the routine that the session follows.
 * The line between quiet and alarm rises where the identity's honest sessions would have crossed it oftener than the budget.
 * Misses: what is done with values the identity uses so anyway, and what names nothing.
 */
export const outOfCharacter: Detector<Character> = {
  id: "out-of-character",
  version: 1,
  family: "behaviour",
  newMemory: () => ({
    routines: new Routines(),
    uses: new Uses(),
    classes: new KeptNumbers(),
    scores: new SessionScores(),
    trails: new Sessions(() => new Trail(), trailsMax),
  }),
  examine(examined, character) {
    const { action, evidence } = examined;
    if (action.kind === "model_call" || !evidence.gateOpen) return quiet;
    const { trail, routine } = sessionOf(action, character);
    const opinion = opinionOf(action, character, trail, routine, false);
    const { bits } = opinion;
    if (bits < notedFrom) return quiet;
    const line = lineOf(character.scores) + shiftOf(examined);
    if (bits < line) return [{ name: "noticed", bits } satisfies Noticed];
    const kept = { ...opinion };
    return [
      {
        name: stranger,
        bits,
        severity: bits >= line + graveAbove ? "high" : "medium",
        cause: causeOf(action, kept),
        evidence: opinion.originClass >= 2 && opinion.originClass <= 4 ? ["novelty", "lineage"] : ["novelty"],
        tell: () => tellOf(examined, kept, line, character.scores),
      } satisfies Signal,
    ];
  },
  learn(examined, character, signals) {
    const { action, evidence } = examined;
    // What was told of doesn't become normal by being done again: a person has to accept it.
    if (action.kind === "model_call" || isStranger(signals)) return;
    const { routines, uses, trails } = character;
    const trail = trails.touch(action.sessionPrint);
    if (isAboutTold(action, trail)) return;
    begin(action, trail);
    const routine = routines.of(trail.beginning);
    if (trail.countedIn === 0) beginSession(examined, character, trail, routine);
    if (trail.countedIn !== routine) {
      if (trail.countedIn !== 0) routines.count(trail.countedIn, -1);
      routines.count(routine, 1);
      trail.countedIn = routine;
    }
    if (evidence.gateOpen && trail.isSettled) score(examined, character, trail, routine);
    const room = evidence.gateOpen
      ? usesMax
      : Math.min(usesMax, usesUnderGate.atOnce + usesUnderGate.perAction * evidence.actions);
    const used = argumentsOf(action);
    for (const argument of used) countClass(argument, character, trail, routine);
    uses.note(operationPrint(action), routine, room);
    for (const { used: usedSo, usedAtAll, usedFamily, from, fromAtAll, valueFrom } of used) {
      uses.note(usedSo, routine, room);
      uses.note(usedAtAll, routine, room);
      if (usedFamily !== 0) uses.note(usedFamily, routine, room);
      if (from === 0) continue;
      uses.note(from, routine, room);
      uses.note(fromAtAll, routine, room);
      uses.note(valueFrom, routine, room);
    }
  },
  follow({ action }, { trails, routines, uses }, signals) {
    if (action.kind === "model_call") return;
    const trail = trails.touch(action.sessionPrint);
    begin(action, trail);
    const routine = routines.find(trail.beginning);
    trail.count(uses.isUsedIn(operationPrint(action), routine));
    for (const { used, seen, family, value } of argumentsOf(action)) {
      trail.count(uses.isUsedIn(used, routine));
      trail.note(seen, family);
      if (isStranger(signals)) trail.tell(value);
    }
  },
};

/** People's verdicts on such findings move the line. */
const shiftOf = ({ action, decided }: Examined): number =>
  thresholdShift(decided.book, "out-of-character", stranger, action.identityId, decided.control);

const isStranger = (signals: readonly Noticed[]): boolean => signals.some(({ name }) => name === stranger);

const isAboutTold = (action: Examined["action"], trail: Trail): boolean =>
  trail.hasTold && argumentsOf(action).some(({ value }) => trail.isTold(value));

/** Counts a session; what it is worth is counted once there are routines enough to compare it with. */
function beginSession(
  { evidence }: Examined,
  { routines, scores }: Character,
  trail: Trail,
  routine: number,
): void {
  trail.isSettled = evidence.gateOpen && routines.size > routinesMin;
  if (trail.isSettled) scores.begin(routines.sessions(routine) < known.sessions);
}

/** Notes how the session begins. */
function begin(action: Examined["action"], trail: Trail): void {
  const beginning = beginningOf(action, trail);
  if (beginning === 0) return;
  trail.beginning = beginning;
  if (argumentsOf(action).some(({ giver }) => giver === "prompt")) trail.isPrompted = true;
}

/** Counts what would be said of the action, and of a routine never seen, as what honest work is worth. */
function score({ action }: Examined, character: Character, trail: Trail, routine: number): void {
  const { scores } = character;
  const most = halfBits(opinionOf(action, character, trail, routine, false).bits);
  if (most > trail.most) {
    scores.rise("known", trail.most, most);
    trail.most = most;
  }
  const mostIfNew = halfBits(opinionOf(action, character, trail, routine, true).bits);
  if (mostIfNew > trail.mostIfNew) {
    scores.rise("ifNew", trail.mostIfNew, mostIfNew);
    trail.mostIfNew = mostIfNew;
  }
}

const halfBits = (bits: number): number => Math.max(0, Math.floor(bits * 2));

/** Counts the class of an argument that its routine never used, as one on a new routine would be. */
function countClass(
  prints: Argument,
  { uses, classes, routines }: Character,
  trail: Trail,
  routine: number,
): void {
  if (routines.size <= routinesMin) return;
  if (uses.isUsedIn(prints.used, routine) || trail.hasValue(prints.seen)) return;
  const valueClass = valueClassOf(prints, uses, trail, routine);
  const originClass = originClassOf(prints, uses, routine);
  const print = classPrint(prints.place, valueClass, originClass);
  classes.put(print, classes.get(print) + 1, classesMax);
  classes.put(prints.place, classes.get(prints.place) + 1, classesMax);
}
