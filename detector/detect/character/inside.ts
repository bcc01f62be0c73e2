import { absent, empty } from "../../decode/index.ts";
import type { KeptNumbers } from "../../learn/kept-numbers.ts";
import { mixed, printOf } from "../../learn/value-prints.ts";
import type { ActionView } from "../action-view.ts";
import { inside as weights, originClasses } from "./weights.ts";

/** What the library inside the process saw of a call; undefined where none was there to see. */
export interface Inside {
  /** Names of the arguments that a tool's output gave. */
  readonly fromTools: readonly string[];
  /** Names of those that came out of a passage that gives instructions. */
  readonly instructed: readonly string[];
  /** Shares of the free text, in %: copied out of a tool's output, standing in the prompt. */
  readonly copied: number;
  readonly given: number;
  readonly isAsked: boolean;
}

/** What each of it says, in bits; 0 where it says nothing. */
export interface InsideWord {
  readonly instructed: number;
  readonly copied: number;
  readonly given: number;
  readonly unasked: number;
  readonly told: number;
}

/** Arguments of a call that are looked at; further ones are left out. */
const argumentsMax = 32;
/** Longer lists of names are not read. */
const charsMax = 8192;
/** Counts are halved beyond this, so that what is long past weighs less and both fit into two bytes. */
const countMax = 255;
const asInside = printOf("inside");

/** Reads it off an action. Nothing of an argument's value is in it. */
export function insideOf(action: ActionView): Inside | undefined {
  const names = action.attributeCode("nhi.args.name");
  const asked = action.attributeCode("nhi.action.asked");
  if (names === absent && asked === absent) return undefined;
  const all = listOf(action, names);
  const origins = all.length === 0 ? all : listOf(action, action.attributeCode("nhi.args.origin"));
  const told = listOf(action, action.attributeCode("nhi.args.instructed"));
  return {
    fromTools: all.filter((_, at) => origins[at]?.startsWith("tool:") === true),
    instructed: told.length === 0 ? told : all.filter((name) => told.includes(name)),
    copied: percentOf(action, "nhi.args.copied"),
    given: percentOf(action, "nhi.args.given"),
    isAsked: asked === absent || action.textOf(asked) !== "false",
  };
}

function listOf(action: ActionView, code: number): readonly string[] {
  if (code === absent || code === empty) return [];
  const text = action.textOf(code);
  if (text.length > charsMax) return [];
  try {
    const read: unknown = JSON.parse(text);
    return Array.isArray(read) ? read.slice(0, argumentsMax).map(String) : [];
  } catch {
    // Whoever sends something else has said nothing.
    return [];
  }
}

function percentOf(action: ActionView, name: string): number {
  const share = Number(action.attribute(name) ?? 0);
  return share >= 0 && share <= 100 ? share : 0;
}

/** What is to be said of it, against what honest calls of this operation brought before. */
export function wordOf(
  action: ActionView,
  seen: Inside,
  habit: KeptNumbers,
  isRoutineKnown: boolean,
): InsideWord {
  const { fromTools, instructed, copied, given, isAsked } = seen;
  const how = action.mutating ? "mutating" : "reading";
  return {
    instructed:
      instructed.length > 0
        ? instructedBits(action, instructed, habit) * weights.instructed[how]
        : fromTools.length > 0
          ? weights.notInstructed[isRoutineKnown ? "knownRoutine" : "newRoutine"]
          : 0,
    copied: copied >= weights.most ? weights.copied : 0,
    given: given >= weights.most ? weights.given : 0,
    unasked: isAsked ? 0 : weights.unasked,
    told: action.mutating && action.resourceCode === absent && fromTools.length > 0 ? weights.toldText : 0,
  };
}

/** The most that an argument says: what is never instructed says all, what always is says nothing. From 0 to 1. */
function instructedBits(action: ActionView, names: readonly string[], habit: KeptNumbers): number {
  const { honest, prior, full } = weights.habit;
  let most = 0;
  for (const name of names) {
    const counts = habit.get(placeOf(action, name));
    const share = ((counts & 0xff) + prior * honest) / ((counts >>> 8) + prior);
    most = Math.max(most, Math.min(1, Math.log2(1 / share) / full));
  }
  return most;
}

/** Counts what an honest call brought: of each argument that a tool gave, and whether it was instructed. */
export function countInside(action: ActionView, seen: Inside, habit: KeptNumbers, room: number): void {
  for (const name of seen.fromTools) {
    const print = placeOf(action, name);
    const counts = habit.get(print);
    let all = (counts >>> 8) + 1;
    let instructed = (counts & 0xff) + (seen.instructed.includes(name) ? 1 : 0);
    if (all > countMax) [all, instructed] = [all >>> 1, instructed >>> 1];
    habit.put(print, (all << 8) | instructed, room);
  }
}

const placeOf = (action: ActionView, name: string): number =>
  mixed(mixed(asInside, action.valuePrints(action.operationCode).value), printOf(name));

export const sumOf = ({ instructed, copied, given, unasked, told }: InsideWord): number =>
  instructed + copied + given + unasked + told;

/**
 * What can be said of an identity of which little is known: what was seen inside the process, and whether a tool named what is
 * acted on. Nothing of it rests on a habit.
 */
export function coldBits(action: ActionView, word: InsideWord): number {
  let origin = 0;
  const codes = action.resourceCodes;
  for (let at = 2; at < codes.length; at += 3) {
    const text = codes[at] === absent ? "" : action.textOf(codes[at]!);
    if (text.startsWith("tool:")) origin = originClasses[2].bits;
  }
  return Math.max(0, origin + sumOf(word));
}

/** What spoke for or against it, as sentences. */
export function insideReasons(word: InsideWord): readonly (readonly [says: string, bits: number])[] {
  const all: readonly (readonly [string, number])[] = [
    [
      word.instructed < 0
        ? "no argument came out of a passage that gives instructions"
        : "an argument came out of a passage of a tool's output that gives instructions",
      word.instructed,
    ],
    ["most of its text was copied out of a tool's output", word.copied],
    ["most of its text stands in the prompt", word.given],
    ["the prompt asks for nothing of this kind", word.unasked],
    ["it names nothing, and a tool's output gave an argument", word.told],
  ];
  return all.filter(([, bits]) => bits !== 0);
}
