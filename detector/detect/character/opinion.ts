import { absent } from "../../decode/index.ts";
import type { KeptNumbers } from "../../learn/kept-numbers.ts";
import type { OperationRoutines } from "../../learn/character/operation-routines.ts";
import type { Routines } from "../../learn/character/routines.ts";
import type { SessionScores } from "../../learn/character/session-scores.ts";
import { Trail } from "../../learn/character/trail.ts";
import type { Uses } from "../../learn/character/uses.ts";
import type { Memory } from "../../learn/memory.ts";
import type { Sessions } from "../../learn/sessions.ts";
import { mixed, printOf } from "../../learn/value-prints.ts";
import type { ActionView } from "../action-view.ts";
import { type Argument, argumentsOf, operationPrint } from "./arguments.ts";
import { type Inside, type InsideWord, sumOf, wordOf } from "./inside.ts";
import {
  honestOrigins,
  honestValues,
  known,
  originClasses,
  priorActions,
  rarity,
  valueClasses,
  weights,
} from "./weights.ts";

/** What is remembered of an identity's character. */
export type Character = Memory & {
  readonly routines: Routines;
  /** What was used in which routines, by what it was and how it was used. */
  readonly uses: Uses;
  /** How often an operation brought each class of argument, and any. */
  readonly classes: KeptNumbers;
  readonly operations: OperationRoutines;
  /** Operations that were strange in a routine, with the day on which they first were. */
  readonly waiting: KeptNumbers;
  readonly scores: SessionScores;
  readonly trails: Sessions<Trail>;
  /** How often an argument of an operation came from a tool, and out of an instruction. */
  readonly instructed: KeptNumbers;
};

/** What is said of an argument, or of an action that has none. */
export interface Opinion {
  bits: number;
  /** Code of the value; `absent` where the operation itself is meant. */
  value: number;
  origin: number;
  valueClass: number;
  originClass: number;
  /** How much the identity's own frequencies changed it, in bits. */
  rarity: number;
  isNewOperation: boolean;
  /** Whether the session follows a routine that is known, and this is not of it. */
  isStrange: boolean;
  /** What was seen inside the process; undefined where nobody looked. */
  inside: InsideWord | undefined;
}

const promptPrint = printOf("prompt");
const neverUsed = new Trail();

/** How this session begins, seen from this action; 0 where nothing is to be added to what the trail says. */
export function beginningOf(action: ActionView, trail: Trail): number {
  if (trail.isPrompted) return 0;
  for (const { giver, kind, value } of argumentsOf(action))
    if (giver === "prompt") return mixed(mixed(promptPrint, kind), value);
  return trail.beginning === 0 ? operationPrint(action) : 0;
}

/** The trail of the action's session, and the routine that it follows as far as it is seen with this action. */
export function sessionOf(
  action: ActionView,
  { trails, routines }: Character,
): { trail: Trail; routine: number } {
  const trail = trails.find(action.sessionPrint) ?? neverUsed;
  const beginning = beginningOf(action, trail);
  return { trail, routine: routines.find(beginning === 0 ? trail.beginning : beginning) };
}

/**
 * What is to be said of an action: the most that is said of one of its arguments, in an object of its own.
 *
 * @param isRoutineNew Whether to judge as if nothing had ever been done in this routine.
 * @param seen What was seen inside the process.
 */
export function opinionOf(
  action: ActionView,
  character: Character,
  trail: Trail,
  routine: number,
  isRoutineNew: boolean,
  seen: Inside | undefined,
): Opinion {
  const { routines, uses, operations } = character;
  const but = isRoutineNew ? routine : 0;
  const how = action.mutating ? "mutating" : "reading";
  const isKnown =
    !isRoutineNew &&
    // What a prompt named is what two sessions of one kind share; the first operation says it only where nobody tells of origins.
    (trail.isPrompted || !trail.tellsOrigins) &&
    routines.sessions(routine) >= known.sessions &&
    trail.done > 0 &&
    trail.familiar >= known.share * trail.done;
  const opinion = nothingSaid();
  const operation = operationPrint(action);
  const isNewOperation = !uses.isKnown(operation, but);
  // Of an operation that is new a routine knows nothing to compare with.
  const compared = isKnown && !isNewOperation ? routine : 0;
  for (const argument of argumentsOf(action))
    weigh(argument, action.mutating ? 1 : 0, character, trail, but, compared, opinion);
  if (isNewOperation) {
    opinion.isNewOperation = true;
    opinion.bits =
      opinion.bits < 0 ? weights.newOperation[how] : opinion.bits + weights.newOperationBeside[how];
  } else if (isKnown && !operations.has(operation, routine)) {
    const { perDoubling, [how]: atOnce } = weights.strangeOperation;
    const bits = atOnce + perDoubling * Math.log2(1 + routines.sessions(routine));
    if (bits > opinion.bits) Object.assign(opinion, nothingSaid(), { bits, isStrange: true });
  }
  // What names only what its session did before says nothing new.
  if (opinion.bits < 0) opinion.bits = argumentsOf(action).length > 0 ? 0 : weights.nothingNamed[how];
  if (seen !== undefined) {
    opinion.inside = wordOf(action, seen, character.instructed, isKnown);
    opinion.bits = Math.max(0, opinion.bits + sumOf(opinion.inside));
  }
  return opinion;
}

export function nothingSaid(): Opinion {
  return {
    bits: -1,
    value: absent,
    origin: absent,
    valueClass: 0,
    originClass: 0,
    rarity: 0,
    isNewOperation: false,
    isStrange: false,
    inside: undefined,
  };
}

/** Weighs one argument, and keeps what is said of it where it is more than was said of those before. */
function weigh(
  prints: Argument,
  how: 0 | 1,
  { uses, classes }: Character,
  trail: Trail,
  but: number,
  routine: number,
  opinion: Opinion,
): void {
  if (trail.hasValue(prints.seen)) return;
  const valueClass = valueClassOf(prints, uses, trail, but);
  const originClass = originClassOf(prints, uses, but);
  const habit = rarityOf(classes, placeIn(prints, routine), how, valueClass, originClass);
  let bits = valueClasses[valueClass]!.bits + originClasses[originClass]!.bits + habit;
  if (how === 0) bits += weights.reads;
  if (prints.isSmallNumber) bits += weights.smallNumber;
  if (prints.valueFrom !== 0 && uses.isKnown(prints.valueFrom, but)) bits += weights.hadFromThere;
  const isUsual = routine !== 0 && uses.isUsedIn(prints.used, routine);
  if (routine !== 0) bits += isUsual ? weights.usualInRoutine : weights.strangeInRoutine;
  bits = Math.max(0, bits);
  if (bits <= opinion.bits) return;
  opinion.bits = bits;
  opinion.value = prints.code;
  opinion.origin = prints.origin;
  opinion.valueClass = valueClass;
  opinion.originClass = originClass;
  opinion.rarity = habit;
  opinion.isStrange = routine !== 0 && !isUsual;
}

export function valueClassOf(prints: Argument, uses: Uses, trail: Trail, but: number): number {
  if (uses.isKnown(prints.used, but)) return 0;
  if (uses.isKnown(prints.usedAtAll, but)) return 1;
  if (prints.family === 0) return 4;
  if (trail.hasFamily(prints.family)) return 2;
  return uses.isKnown(prints.usedFamily, but) ? 3 : 4;
}

export function originClassOf({ giver, from, fromAtAll }: Argument, uses: Uses, but: number): number {
  if (giver === "tool") {
    if (uses.isKnown(from, but)) return 2;
    return uses.isKnown(fromAtAll, but) ? 3 : 4;
  }
  if (giver === "nobody says") return 5;
  return giver === "none" ? 1 : 0;
}

/** How an operation's own frequencies of such arguments change what is said of one, in bits. */
function rarityOf(
  classes: KeptNumbers,
  place: number,
  how: number,
  valueClass: number,
  originClass: number,
): number {
  const all = classes.get(place);
  if (all === 0) return 0;
  const usual = honestValues[how]![valueClass]! * honestOrigins[originClass]!;
  const here =
    (classes.get(classPrint(place, valueClass, originClass)) + priorActions * usual) / (all + priorActions);
  const room = Math.log2(1 + all / rarity.actionsPerBit);
  return Math.max(-room, Math.min(rarity.againstMax, Math.log2(usual / here)));
}

/** Under which classes are counted: those of new work, and those of the routine that is followed. */
export const placeIn = ({ place }: Argument, routine: number): number =>
  routine === 0 ? place : mixed(place, inRoutine);
const inRoutine = printOf("in a routine");

export const classPrint = (place: number, valueClass: number, originClass: number): number =>
  mixed(place, 1 + valueClass * 8 + originClass);
