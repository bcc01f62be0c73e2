import { absent, empty } from "../../decode/index.ts";
import { mixed, printOf } from "../../learn/value-prints.ts";
import type { ActionView } from "../action-view.ts";

/** How what is used is remembered: prints of different things must not meet. */
const as = {
  operation: printOf("operation"),
  value: printOf("value"),
  family: printOf("family"),
  origin: printOf("origin"),
  source: printOf("source"),
};

/** Who gave an argument its value. */
type Giver = "nobody says" | "none" | "prompt" | "system" | "tool";

/** An argument of an action, with the prints under which its uses are noted; good until the arguments of another are asked for. */
export class Argument {
  /** Codes. */
  code = absent;
  origin = absent;
  giver: Giver = "nobody says";
  value = 0;
  family = 0;
  isSmallNumber = false;
  kind = 0;
  /** Under which a session remembers it: what was read may still be news when it is written to. */
  seen = 0;
  /** Of the operation with this value, of the value, of its family; the last 0 where it has none. */
  used = 0;
  usedAtAll = 0;
  usedFamily = 0;
  /** Of the operation and kind with this origin, of the kind with it, of the value with it; 0 where no tool gave it. */
  from = 0;
  fromAtAll = 0;
  valueFrom = 0;
  /** Of the operation and kind, under which classes are counted. */
  place = 0;

  fill(action: ActionView, operation: number, value: number, kind: number, origin: number): void {
    const prints = action.valuePrints(value);
    this.code = value;
    this.origin = origin;
    this.giver = giverOf(action, origin);
    this.value = prints.value;
    this.family = prints.family;
    this.isSmallNumber = prints.isSmallNumber;
    this.kind = action.valuePrints(kind).value;
    this.seen = action.mutating ? mixed(prints.value, 1) : prints.value;
    this.used = mixed(operation, prints.value);
    this.usedAtAll = mixed(as.value, prints.value);
    this.usedFamily = prints.family === 0 ? 0 : mixed(as.family, prints.family);
    this.place = mixed(operation, this.kind);
    const isTold = this.giver === "tool";
    const originPrint = isTold ? action.valuePrints(origin).value : 0;
    this.from = isTold ? mixed(this.place, mixed(as.origin, originPrint)) : 0;
    this.fromAtAll = isTold ? mixed(mixed(as.origin, this.kind), originPrint) : 0;
    this.valueFrom = isTold ? mixed(mixed(as.source, prints.value), originPrint) : 0;
  }
}

export const operationPrint = (action: ActionView): number =>
  mixed(as.operation, action.valuePrints(action.operationCode).value);

/** Made once, as an action is asked about several times and no object is to be made for it. */
const made: Argument[] = [];
const latest: Argument[] = [];
let ofView: ActionView | undefined;
let ofRow = -1;
let ofOrdinal = -1;

/** The arguments of an action, the main resource first; worked out once for each action. */
export function argumentsOf(action: ActionView): readonly Argument[] {
  if (ofView === action && ofRow === action.row && ofOrdinal === action.ordinal) return latest;
  [ofView, ofRow, ofOrdinal] = [action, action.row, action.ordinal];
  const operation = operationPrint(action);
  const codes = action.resourceCodes;
  latest.length = 0;
  for (let at = 0; at < codes.length; at += 3) {
    const one = (made[latest.length] ??= new Argument());
    one.fill(action, operation, codes[at]!, codes[at + 1]!, codes[at + 2]!);
    latest.push(one);
  }
  return latest;
}

function giverOf(action: ActionView, origin: number): Giver {
  if (origin === absent || origin === empty) return "nobody says";
  const text = action.textOf(origin);
  return text === "prompt" || text === "system" || text === "none" ? text : "tool";
}
