import { thresholdShift } from "../../policy/verdicts.ts";
import { KnownNames } from "../learn/sequence/known-names.ts";
import { Place } from "../learn/sequence/place.ts";
import { Succession } from "../learn/sequence/succession.ts";
import { surpriseMax, Surprises } from "../learn/sequence/surprises.ts";
import { Sessions } from "../learn/sessions.ts";
import { absent, empty } from "../decode/index.ts";
import { mixed } from "../learn/value-prints.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, type Noticed, quiet, type Signal } from "./detector.ts";
import { isGrave } from "./episode.ts";
import { isPrompted, leftOut, outOfTurn, sequenceId, tellOf } from "./sequence-words.ts";

/** Sessions that are followed at once; one that rests while the identity does as many other things begins anew. */
const placesMax = 8;
/** Operations and things done with an origin that are numbered; of who does more no finding is made. */
const operationsMax = 32;
const doneMax = 48;
/** Stands for an operation without a number, as 0 is the beginning. */
const unknown = 255;
/** From so many bits on something is worth noting, and the least from which it is told. */
const lineLeast = 12;
/** The line never rises above this: who surprises more often than that has no order to be out of. */
const lineMost = 24;
/** At most so many sessions of an identity's own past may have been told of. */
const falseAlarmBudget = 0.01;
/** Who surprises by more on average works in varied ways: an even choice of two once in four things done is a quarter of a bit. */
const machineBits = 0.25;
/** Things done before a session says how much the identity's sessions surprise. */
const settledFrom = 100;
/** Bits that are noted of what is not told; less than what any other detector notes, as varied work always surprises. */
const notedBitsMax = 1;
/** The most that a finding adds to the score of its action. */
const bitsMax = 8;

interface Memory {
  readonly [name: string]: KnownNames | Succession | Surprises | Sessions<Place>;
  readonly operations: KnownNames;
  readonly done: KnownNames;
  readonly succession: Succession;
  readonly surprises: Surprises;
  readonly places: Sessions<Place>;
}

/**
 * Something done out of turn by an identity that works like a machine: what comes next is predicted from the last two operations of
 * the session, as operation and where its resource's name came from. How much the identity's own sessions surprised before
 * says whether it is one: a finding is made where at most one in a hundred would have been told of. Who works in varied ways never gets
 * there, and is noted only. What follows what was told of is not learned, until the session is over.
 * Misses: more of the same, another resource in the same place, and whoever does more than 32 different operations.
 */
export const sequence: Detector<Memory> = {
  id: sequenceId,
  version: 1,
  family: "behaviour",
  newMemory: () => ({
    operations: new KnownNames(),
    done: new KnownNames(),
    succession: new Succession(),
    surprises: new Surprises(),
    places: new Sessions(() => new Place(), placesMax),
  }),
  examine(examined, memory) {
    const { action, evidence, noticed } = examined;
    if (!evidence.gateOpen || action.kind === "model_call") return quiet;
    const place = placeOf(examined, memory);
    if (place.isLeftOut) return quiet;
    const isTold = noticed.some(({ severity }) => severity !== undefined && isGrave(severity));
    const surprise = surpriseOf(action, memory, place);
    const signal = surprise < lineLeast ? undefined : signalOf(examined, memory, place, surprise);
    if (!isTold) return signal === undefined ? quiet : [signal];
    return signal?.name === outOfTurn ? [signal] : [{ name: leftOut }];
  },
  learn(examined, memory, signals) {
    const { action, evidence } = examined;
    if (!evidence.gateOpen || action.kind === "model_call") return;
    const { operations, done, succession } = memory;
    if (succession.from === 0) succession.from = action.ordinal + 1;
    const place = enter(examined, memory);
    if (place.isLeftOut || isLeftOutBy(signals)) return;
    weigh(action, memory, place);
    operations.of(operationPrint(action), operationsMax);
    const number = done.of(donePrint(action), doneMax);
    if (number !== 0) succession.count(place.before, place.last, number, action.ordinal);
  },
  follow(examined, memory, signals) {
    const { action, evidence } = examined;
    if (!evidence.gateOpen || action.kind === "model_call") return;
    const place = enter(examined, memory);
    place.at = evidence.actions;
    place.isLeftOut ||= isLeftOutBy(signals);
    place.go(memory.operations.find(operationPrint(action)) || unknown, action.operation);
  },
};

const isLeftOutBy = (signals: readonly Noticed[]): boolean =>
  signals.some(({ name }) => name === outOfTurn || name === leftOut);

const nowhere: Readonly<Place> = new Place();

/** Where the session stands; as at its beginning where it rested for long. */
function placeOf({ action, evidence }: Examined, { places }: Memory): Readonly<Place> {
  const place = places.find(action.sessionPrint);
  return place === undefined || isOver(place, evidence.actions) ? nowhere : place;
}

/** The same, as what is remembered of it from now on. */
function enter({ action, evidence }: Examined, { places }: Memory): Place {
  const place = places.touch(action.sessionPrint);
  if (isOver(place, evidence.actions)) place.clear();
  place.at = evidence.actions;
  return place;
}

/** A session that is forgotten has rested for longer, so that what is counted never hangs on how many are remembered. */
const isOver = (place: Place, actions: number): boolean => actions - place.at > placesMax;

const printOf = (action: ActionView, code: number): number => {
  const { high, low } = action.fingerprintOf(code);
  return (high >>> 12) * 2 ** 32 + (low >>> 0) || 1;
};

const operationPrint = (action: ActionView): number => printOf(action, action.operationCode);

/** The operation, and where the name of its main resource came from. */
function donePrint(action: ActionView): number {
  const code = action.resourceOriginCode;
  const origin = code === absent || code === empty ? 0 : isPrompted(action, code) ? 1 : printOf(action, code);
  return mixed(operationPrint(action), origin) || 1;
}

const surpriseOf = (action: ActionView, { done, succession }: Memory, place: Readonly<Place>): number =>
  succession.bits(place.before, place.last, done.find(donePrint(action)));

/** Notes how much the session surprises, once enough is known to say so. */
function weigh(action: ActionView, memory: Memory, place: Place): void {
  const { succession, surprises } = memory;
  if (succession.total < settledFrom || (place.isBegun && !place.isCounted)) return;
  if (!place.isCounted) surprises.begin();
  place.isCounted = true;
  const surprise = surpriseOf(action, memory, place);
  surprises.add(Math.round(surprise));
  const most = Math.min(surpriseMax, Math.floor(surprise));
  if (most <= place.most) return;
  surprises.rise(place.most, most);
  place.most = most;
}

/** From how many bits on it is told; undefined where that would have been told of too many of the identity's own sessions. */
function lineOf({ surprises, operations, done }: Memory): number | undefined {
  if (operations.size >= operationsMax || done.size >= doneMax) return undefined;
  if (surprises.bitsEach > machineBits) return undefined;
  for (let line = lineLeast; line <= lineMost; line += 1)
    if (surprises.share(line) <= falseAlarmBudget) return line;
  return undefined;
}

function signalOf(
  examined: Examined,
  memory: Memory,
  place: Readonly<Place>,
  surprise: number,
): Noticed | Signal {
  const line = lineOf(memory);
  if (line === undefined || !place.isNamed || surprise < line + shiftOf(examined))
    return { name: "unusual", bits: notedBitsMax };
  const { done, succession, surprises } = memory;
  const followers = succession.after(place.last);
  const after = {
    name: place.lastName,
    since: followers?.since,
    from: succession.from - 1,
    restMax: placesMax,
    met: followers?.total ?? 0,
    times: followers?.count(done.find(donePrint(examined.action))) ?? 0,
  };
  return {
    name: outOfTurn,
    severity: "medium",
    bits: Math.min(surprise - line, bitsMax),
    cause: examined.action.sessionId,
    evidence: ["sequence"],
    tell: () => tellOf(examined, after, { surprise, line, share: surprises.share(line) }),
  };
}

/** People's verdicts on such findings move the line. */
const shiftOf = ({ action, decided }: Examined): number =>
  thresholdShift(decided.book, sequenceId, outOfTurn, action.identityId, decided.control);
