import { absent } from "../decode/index.ts";
import { thresholdShift } from "../../policy/verdicts.ts";
import { KeptNumbers } from "../learn/kept-numbers.ts";
import { OperationRoutines } from "../learn/character/operation-routines.ts";
import { roomOf } from "../learn/character/room.ts";
import { Routines } from "../learn/character/routines.ts";
import { SessionScores } from "../learn/character/session-scores.ts";
import { Trail } from "../learn/character/trail.ts";
import { Uses } from "../learn/character/uses.ts";
import { Sessions } from "../learn/sessions.ts";
import { mixed } from "../learn/value-prints.ts";
import { type Argument, argumentsOf, operationPrint } from "./character/arguments.ts";
import {
  beginningOf,
  type Character,
  classPrint,
  nothingSaid,
  opinionOf,
  originClassOf,
  placeIn,
  sessionOf,
  valueClassOf,
} from "./character/opinion.ts";
import { coldBits, countInside, type Inside, insideOf, wordOf } from "./character/inside.ts";
import { lineOf } from "./character/line.ts";
import { known, line as lowest } from "./character/weights.ts";
import { causeOf, tellOf } from "./character/words.ts";
import { type Detector, type Examined, type Noticed, quiet, type Signal } from "./detector.ts";

const stranger = "stranger";
/** An operation that a known routine never used, with nothing else to say of it. */
const strangeOperation = "strange operation";
/** Such an operation is of the routine when it comes again so many days later. */
const waitDays = 7;
const waitingMax = 32;
const usPerDay = 86_400_000_000;
/** The same before anything is known of an identity, by what was seen inside the process alone. */
const instructed = "instructed";
/** Sessions that are followed at once. */
const trailsMax = 8;
/** Arguments whose instructions are counted. */
const instructedMax = 64;
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
    operations: new OperationRoutines(),
    waiting: new KeptNumbers(),
    scores: new SessionScores(),
    trails: new Sessions(() => new Trail(), trailsMax),
    instructed: new KeptNumbers(),
  }),
  examine(examined, character) {
    const { action, evidence } = examined;
    if (action.kind === "model_call") return quiet;
    const seen = insideOf(action);
    if (!evidence.gateOpen) return seen === undefined ? quiet : coldWord(examined, character, seen);
    const { trail, routine } = sessionOf(action, character);
    const opinion = opinionOf(action, character, trail, routine, false, seen);
    const { bits } = opinion;
    if (bits < notedFrom) return quiet;
    const line = lineOf(character.scores) + shiftOf(examined);
    if (bits < line) return [{ name: "noticed", bits } satisfies Noticed];
    return [
      {
        name: opinion.value === absent && opinion.isStrange ? strangeOperation : stranger,
        bits,
        severity: bits >= line + graveAbove ? "high" : "medium",
        cause: causeOf(action, opinion),
        evidence: opinion.originClass >= 2 && opinion.originClass <= 4 ? ["novelty", "lineage"] : ["novelty"],
        tell: () => tellOf(examined, opinion, line, character.scores),
      } satisfies Signal,
    ];
  },
  learn(examined, character, signals) {
    const { action, evidence } = examined;
    // What was told of doesn't become normal by being done again: a person has to accept it.
    const room = roomOf(evidence);
    if (action.kind === "model_call" || room === undefined || isStranger(signals)) return;
    const { routines, uses, operations, trails } = character;
    const trail = trails.touch(action.sessionPrint);
    if (isAboutTold(action, trail)) return;
    if (signals.some(({ name }) => name === strangeOperation) && !hasWaited(action, character, trail)) return;
    begin(action, trail);
    const routine = routines.of(trail.beginning, room.routines);
    if (trail.countedIn === 0) beginSession(examined, character, trail, routine);
    if (trail.countedIn !== routine) {
      if (trail.countedIn !== 0) routines.count(trail.countedIn, -1);
      routines.count(routine, 1);
      trail.countedIn = routine;
    }
    const seen = insideOf(action);
    if (evidence.gateOpen && trail.isSettled) score(examined, character, trail, routine, seen);
    if (seen !== undefined)
      countInside(
        action,
        seen,
        character.instructed,
        evidence.gateOpen ? instructedMax : Math.min(instructedMax, evidence.actions >>> 3),
      );
    const used = argumentsOf(action);
    // One who does a single kind of work shows in time what is usual in it.
    if (routines.size > routinesMin || evidence.gateOpen)
      for (const argument of used) countClass(argument, character, trail, routine, room.classes);
    uses.note(operationPrint(action), routine, room.uses);
    operations.note(operationPrint(action), routine, room.operations);
    for (const { used: usedSo, usedAtAll, usedFamily, from, fromAtAll, valueFrom } of used) {
      uses.note(usedSo, routine, room.uses);
      uses.note(usedAtAll, routine, room.uses);
      if (usedFamily !== 0) uses.note(usedFamily, routine, room.uses);
      if (from === 0) continue;
      uses.note(from, routine, room.uses);
      uses.note(fromAtAll, routine, room.uses);
      uses.note(valueFrom, routine, room.uses);
    }
  },
  follow({ action, evidence }, { trails, routines, uses, operations }, signals) {
    const room = roomOf(evidence);
    if (action.kind === "model_call" || room === undefined) return;
    const trail = trails.touch(action.sessionPrint);
    begin(action, trail);
    const routine = routines.find(trail.beginning);
    trail.count(operations.has(operationPrint(action), routine));
    for (const { used, seen, family, value, giver } of argumentsOf(action)) {
      trail.count(uses.isUsedIn(used, routine));
      trail.note(seen, family, room);
      if (isStranger(signals)) trail.tell(value);
      if (giver !== "nobody says") trail.tellsOrigins = true;
    }
  },
};

/** What changes something at the word of a tool's output is told of from the first action on: no habit is needed to see it. */
function coldWord(examined: Examined, character: Character, seen: Inside): readonly (Noticed | Signal)[] {
  const { action } = examined;
  if (!action.mutating || seen.instructed.length === 0) return quiet;
  const inside = wordOf(action, seen, character.instructed, true);
  const bits = coldBits(action, inside);
  if (bits < notedFrom) return quiet;
  const line = lowest + shiftOf(examined);
  if (bits < line) return [{ name: "noticed", bits } satisfies Noticed];
  const opinion = { ...nothingSaid(), bits, inside };
  return [
    {
      name: instructed,
      bits,
      severity: "high",
      cause: causeOf(action, opinion),
      evidence: ["lineage"],
      tell: () => tellOf(examined, opinion, line, character.scores),
    } satisfies Signal,
  ];
}

/** People's verdicts on such findings move the line. */
const shiftOf = ({ action, decided }: Examined): number =>
  thresholdShift(decided.book, "out-of-character", stranger, action.identityId, decided.control);

const isStranger = (signals: readonly Noticed[]): boolean => signals.some(({ name }) => name === stranger);

/** Whether an operation that was strange in the session's routine first was so long ago that it has become part of it. */
function hasWaited(action: Examined["action"], { waiting, routines }: Character, trail: Trail): boolean {
  const print = mixed(operationPrint(action), routines.find(trail.beginning));
  const day = Math.max(1, Math.floor(action.startedAtUs / usPerDay));
  const first = waiting.get(print);
  if (first === 0) waiting.put(print, day, waitingMax);
  return first !== 0 && day - first >= waitDays;
}

const isAboutTold = (action: Examined["action"], trail: Trail): boolean =>
  trail.hasTold && argumentsOf(action).some(({ value }) => trail.isTold(value));

/** Counts a session; what it is worth is counted once there are routines enough to compare it with. */
function beginSession(
  { evidence }: Examined,
  { routines, scores }: Character,
  trail: Trail,
  routine: number,
): void {
  const sessions = routines.sessions(routine);
  trail.isSettled = evidence.gateOpen && (routines.size > routinesMin || sessions >= known.sessions);
  if (trail.isSettled) scores.begin(sessions < known.sessions);
}

/** Notes how the session begins. */
function begin(action: Examined["action"], trail: Trail): void {
  const beginning = beginningOf(action, trail);
  if (beginning === 0) return;
  trail.beginning = beginning;
  if (argumentsOf(action).some(({ giver }) => giver === "prompt")) trail.isPrompted = true;
}

/** Counts what would be said of the action, and of a routine never seen, as what honest work is worth. */
function score(
  { action }: Examined,
  character: Character,
  trail: Trail,
  routine: number,
  seen: Inside | undefined,
): void {
  const { scores } = character;
  const most = halfBits(opinionOf(action, character, trail, routine, false, seen).bits);
  if (most > trail.most) {
    scores.rise("known", trail.most, most);
    trail.most = most;
  }
  const mostIfNew = halfBits(opinionOf(action, character, trail, routine, true, seen).bits);
  if (mostIfNew > trail.mostIfNew) {
    scores.rise("ifNew", trail.mostIfNew, mostIfNew);
    trail.mostIfNew = mostIfNew;
  }
}

const halfBits = (bits: number): number => Math.max(0, Math.floor(bits * 2));

/**
 * Counts the class of an argument that its routine never used: as one on a new routine would be, and as it is where the routine is
 * known.
 */
function countClass(
  argument: Argument,
  { uses, classes, routines }: Character,
  trail: Trail,
  routine: number,
  max: number,
): void {
  if (uses.isUsedIn(argument.used, routine) || trail.hasValue(argument.seen)) return;
  const count = (but: number, place: number): void => {
    const valueClass = valueClassOf(argument, uses, trail, but);
    const print = classPrint(place, valueClass, originClassOf(argument, uses, but));
    classes.put(print, classes.get(print) + 1, max);
    classes.put(place, classes.get(place) + 1, max);
  };
  count(routine, placeIn(argument, 0));
  if (routines.sessions(routine) >= known.sessions) count(0, placeIn(argument, routine));
}
