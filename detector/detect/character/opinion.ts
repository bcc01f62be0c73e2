import { absent, empty } from "../../decode/index.ts";
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
}

/** How what is used is remembered: prints of different things must not meet. */
const as = {
  operation: printOf("operation"),
  value: printOf("value"),
  family: printOf("family"),
  origin: printOf("origin"),
  source: printOf("source"),
};
const promptPrint = printOf("prompt");
const neverUsed = new Trail();

/** The prints of an argument under which its uses are noted. */
export interface ArgumentPrints {
  readonly value: number;
  readonly family: number;
  readonly isSmallNumber: boolean;
  /** Of the operation with this value, of the value, of its family. */
  readonly used: number;
  readonly usedAtAll: number;
  readonly usedFamily: number;
  /** Of the operation and kind with this origin, of the kind with it, of the value with it; 0 where no tool gave it. */
  readonly from: number;
  readonly fromAtAll: number;
  readonly valueFrom: number;
  /** Of the operation and kind, under which classes are counted. */
  readonly place: number;
}

export const operationPrint = (action: ActionView): number =>
  mixed(as.operation, action.valuePrints(action.operationCode).value);

/** The prints of an argument, by the codes of its value, kind and origin. */
export function argumentPrints(
  action: ActionView,
  value: number,
  kind: number,
  origin: number,
): ArgumentPrints {
  const prints = action.valuePrints(value);
  const operation = operationPrint(action);
  const kindPrint = action.valuePrints(kind).value;
  const place = mixed(operation, kindPrint);
  const isTold = isOfTool(action, origin);
  const originPrint = isTold ? action.valuePrints(origin).value : 0;
  return {
    ...prints,
    used: mixed(operation, prints.value),
    usedAtAll: mixed(as.value, prints.value),
    usedFamily: prints.family === 0 ? 0 : mixed(as.family, prints.family),
    from: isTold ? mixed(place, mixed(as.origin, originPrint)) : 0,
    fromAtAll: isTold ? mixed(mixed(as.origin, kindPrint), originPrint) : 0,
    valueFrom: isTold ? mixed(mixed(as.source, prints.value), originPrint) : 0,
    place,
  };
}

function isOfTool(action: ActionView, origin: number): boolean {
  if (origin === absent || origin === empty) return false;
  const text = action.textOf(origin);
  return text !== "prompt" && text !== "system" && text !== "none";
}

/** How this session begins, seen from this action; 0 where nothing is to be added to what the trail says. */
export function beginningOf(action: ActionView, trail: Trail): number {
  if (trail.isPrompted) return 0;
  const codes = action.resourceCodes;
  for (let at = 0; at < codes.length; at += 3)
    if (isOfPrompt(action, codes[at + 2]!))
      return mixed(
        mixed(promptPrint, action.valuePrints(codes[at + 1]!).value),
        action.valuePrints(codes[at]!).value,
      );
  return trail.beginning === 0 ? operationPrint(action) : 0;
}

export const isOfPrompt = (action: ActionView, origin: number): boolean =>
  origin !== absent && action.textOf(origin) === "prompt";

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
 * What is to be said of an action: the most that is said of one of its arguments; undefined where nothing new is done.
 *
 * @param isRoutineNew Whether to judge as if nothing had ever been done in this routine.
 */
export function opinionOf(
  action: ActionView,
  character: Character,
  trail: Trail,
  routine: number,
  isRoutineNew: boolean,
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
  const codes = action.resourceCodes;
  // Of an operation that is new a routine knows nothing to compare with.
  const compared = { but, routine: isKnown && !isNewOperation ? routine : 0 };
  for (let at = 0; at < codes.length; at += 3) weigh(action, character, trail, compared, codes, at, opinion);
  if (isNewOperation) {
    opinion.isNewOperation = true;
    opinion.bits =
      opinion.bits < 0 ? weights.newOperation[how] : opinion.bits + weights.newOperationBeside[how];
  } else if (isKnown && !operations.has(operation, routine)) {
    const { perDoubling, [how]: atOnce } = weights.strangeOperation;
    const bits = atOnce + perDoubling * Math.log2(1 + routines.sessions(routine));
    if (bits > opinion.bits) Object.assign(opinion, nothingSaid(), { bits, isStrange: true });
  }
  if (opinion.bits < 0) opinion.bits = weights.nothingNamed[how];
  return opinion;
}

function nothingSaid(): Opinion {
  return {
    bits: -1,
    value: absent,
    origin: absent,
    valueClass: 0,
    originClass: 0,
    rarity: 0,
    isNewOperation: false,
    isStrange: false,
  };
}

/** Weighs one argument, and keeps what is said of it where it is more than was said of those before. */
function weigh(
  action: ActionView,
  { uses, classes }: Character,
  trail: Trail,
  { but, routine }: { readonly but: number; readonly routine: number },
  codes: readonly number[],
  at: number,
  opinion: Opinion,
): void {
  const [value, kind, origin] = [codes[at]!, codes[at + 1]!, codes[at + 2]!];
  const prints = argumentPrints(action, value, kind, origin);
  const how = action.mutating ? 1 : 0;
  if (trail.hasValue(seenAs(prints.value, how))) return;
  const valueClass = valueClassOf(prints, uses, trail, but);
  const originClass = originClassOf(action, origin, prints, uses, but);
  const habit = rarityOf(classes, prints.place, how, valueClass, originClass);
  let bits = valueClasses[valueClass]!.bits + originClasses[originClass]!.bits + habit;
  if (how === 0) bits += weights.reads;
  if (prints.isSmallNumber) bits += weights.smallNumber;
  if (prints.valueFrom !== 0 && uses.isKnown(prints.valueFrom, but)) bits += weights.hadFromThere;
  const isUsual = routine !== 0 && uses.isUsedIn(prints.used, routine);
  if (routine !== 0) bits += isUsual ? weights.usualInRoutine : weights.strangeInRoutine;
  bits = Math.max(0, bits);
  if (bits <= opinion.bits) return;
  opinion.bits = bits;
  opinion.value = value;
  opinion.origin = origin;
  opinion.valueClass = valueClass;
  opinion.originClass = originClass;
  opinion.rarity = habit;
  opinion.isStrange = routine !== 0 && !isUsual;
}

/** What was read may still be news when it is written to. */
export const seenAs = (value: number, how: number): number => (how === 1 ? mixed(value, 1) : value);

export function valueClassOf(prints: ArgumentPrints, uses: Uses, trail: Trail, but: number): number {
  if (uses.isKnown(prints.used, but)) return 0;
  if (uses.isKnown(prints.usedAtAll, but)) return 1;
  if (prints.family === 0) return 4;
  if (trail.hasFamily(prints.family)) return 2;
  return uses.isKnown(prints.usedFamily, but) ? 3 : 4;
}

export function originClassOf(
  action: ActionView,
  origin: number,
  prints: ArgumentPrints,
  uses: Uses,
  but: number,
): number {
  if (prints.from !== 0) {
    if (uses.isKnown(prints.from, but)) return 2;
    return uses.isKnown(prints.fromAtAll, but) ? 3 : 4;
  }
  if (origin === absent || origin === empty) return 5;
  return action.textOf(origin) === "none" ? 1 : 0;
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

export const classPrint = (place: number, valueClass: number, originClass: number): number =>
  mixed(place, 1 + valueClass * 8 + originClass);
