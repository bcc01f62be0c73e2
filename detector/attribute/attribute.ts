import {
  attributes,
  DecisionOutcome,
  DecisionVerdict,
  ActionStatus,
  IdentityStrength,
} from "../../schemas/index.ts";
import {
  absent,
  type Dictionary,
  empty,
  type RejectedSpan,
  type SpanRow,
  spanStatuses,
} from "../decode/index.ts";
import { type ActionColumns, idInts } from "./action-columns.ts";
import { ByCode, pairOf } from "./by-code.ts";
import { clip } from "./clip.ts";
import { writeActionId } from "./ids.ts";
import type { Attributor } from "./table.ts";
import type { Template } from "./template.ts";

/** Who delivered the spans, as the receiver wrote it into the record's headers. */
export interface Origin {
  readonly tenant: string;
  /** Name of the authenticated client, "" when there was none. */
  readonly source: string;
  /** Identities that the client has proven to be: its credential is bound to exactly them. */
  readonly verified: ReadonlySet<string>;
}

export type Attributed = "action" | "no_action" | RejectedSpan;

/** Adds the action that the span in `row` is, if it is one. */
export type Attribute = (row: SpanRow, origin: Origin, columns: ActionColumns, record: number) => Attributed;

/** Characters of an identity's id. A longer one is refused, never cut: cut ids would make two identities one. */
const identityCharsMax = 512;
/** Names are cut here; they are labels, not keys. */
const nameCharsMax = 256;
const resourceCharsMax = 1024;
const resourceKindCharsMax = 64;
/** Resources of one action; further ones are dropped. */
const resourcesMax = 32;
/** Hops of a delegation path; of a longer one the first and the last are kept. */
const hopsMax = 32;

/**
 * Compiles what makes an action of a span. Pure: the same span and origin give the same action, whatever chunk they are
 * in. All texts stay codes; only one that is not yet known, is cut or is put together becomes a string on its way.
 *
 * @example
 * const attribute = compileAttribution(attributor);
 * readTraces(body, row, limits, () => attribute(row, origin, columns, 0));
 */
export function compileAttribution({ names, words, identify, recognise, fields }: Attributor): Attribute {
  const place = (name: string): number => names.placeOf(name);
  /** Codes of the names of those attributes that are kept, by their places; 0 for the others. */
  const storedNames = new Int32Array(names.all.length);
  for (const { name, stored } of attributes) if (stored) storedNames[place(name)] = words.code(name);
  const verified = words.code(IdentityStrength.enum.verified);
  const status = {
    ok: words.code(ActionStatus.enum.ok),
    error: words.code(ActionStatus.enum.error),
    denied: words.code(ActionStatus.enum.denied),
  };
  const verdicts = new Set(DecisionVerdict.options.map((word) => words.code(word)));
  const outcomes = new Set(DecisionOutcome.options.map((word) => words.code(word)));
  const blocked = words.code(DecisionOutcome.enum.blocked);
  const start = words.code("start");
  const end = words.code("end");
  const errorStatus = spanStatuses.indexOf("error");
  const at = {
    trace: place("trace.id"),
    phase: place("nhi.phase"),
    step: place("nhi.step"),
    chain: place("nhi.chain"),
    origin: place("nhi.resource.origin"),
    ids: place("nhi.resources.id"),
    kinds: place("nhi.resources.kind"),
    origins: place("nhi.resources.origin"),
    errorType: place("error.type"),
    verdict: place("nhi.decision.verdict"),
    outcome: place("nhi.decision.outcome"),
    reason: place("nhi.decision.reason"),
  };
  const clipName = clipper(nameCharsMax);
  const clipResource = clipper(resourceCharsMax);
  const clipKind = clipper(resourceKindCharsMax);
  const clipHop = clipper(identityCharsMax);
  const named = (template: Template, row: SpanRow): number =>
    clipName(row.dictionary, template(row) || empty);
  const paths = new ByCode<number>();

  function pathOf({ codes, dictionary }: SpanRow, identity: number, columns: ActionColumns): number {
    const list = codes[at.chain]!;
    const key = pairOf(dictionary.solid(list), identity);
    return (
      paths.get(dictionary, key) ??
      paths.set(key, columns.paths.push(newPath(dictionary, list, identity)) - 1)
    );
  }

  function newPath(dictionary: Dictionary, list: number, identity: number): readonly number[] {
    const chain = dictionary.listOf(list);
    const last = chain.at(-1);
    const endsHere = last !== undefined && dictionary.text(last) === dictionary.text(identity);
    const path = endsHere ? chain : [...chain, identity];
    const bounded = path.length <= hopsMax ? path : [...path.slice(0, 1), ...path.slice(1 - hopsMax)];
    return bounded.map((hop) => clipHop(dictionary, hop));
  }

  function resourcesOf({ codes, dictionary }: SpanRow, hasMain: boolean, columns: ActionColumns): number {
    const ids = dictionary.listOf(codes[at.ids]!);
    if (ids.length === 0) return -1;
    const kinds = dictionary.listOf(codes[at.kinds]!);
    const origins = dictionary.listOf(codes[at.origins]!);
    const further = ids
      .slice(0, hasMain ? resourcesMax - 1 : resourcesMax)
      .flatMap((id, nth) => [
        clipResource(dictionary, id),
        clipKind(dictionary, kinds[nth] ?? empty),
        clipName(dictionary, origins[nth] ?? empty),
      ]);
    return columns.resources.push(further) - 1;
  }

  function statusOf(row: SpanRow, outcome: number): number {
    const errorType = row.codes[at.errorType]!;
    if (outcome === blocked || errorType === status.denied) return status.denied;
    return row.status === errorStatus || errorType !== absent ? status.error : status.ok;
  }

  return (row, origin, columns, record) => {
    const recognised = recognise(row);
    if (recognised === undefined) return "no_action";
    const identity = identify(row);
    const { codes, dictionary } = row;
    const tooLong = identityTooLong(row, identity.id);
    if (tooLong !== undefined) return tooLong;
    const nth = columns.add();
    const { codes: to, instants } = columns;
    const isStart = codes[at.phase] === start;
    writeActionId(
      dictionary.bytes,
      row.traceIdAt,
      row.spanIdAt,
      isStart ? "start" : "end",
      columns.ids,
      nth * idInts,
    );
    to.record[nth] = record;
    to.index[nth] = row.index;
    to.phase[nth] = isStart ? start : end;
    to.traceIdAt[nth] = row.traceIdAt;
    to.spanIdAt[nth] = row.spanIdAt;
    to.parentIdAt[nth] = row.parentIdAt;
    to.trace[nth] = codes[at.trace]!;
    instants.startedAtUs[nth] = row.startedAtUs;
    instants.endedAtUs[nth] = row.endedAtUs;
    to.chain[nth] = named(fields.chain, row);
    to.session[nth] = named(fields.session, row);
    to.task[nth] = named(fields.task, row);
    to.owner[nth] = named(fields.owner, row);
    to.network[nth] = named(fields.network, row);
    to.credential[nth] = named(fields.credential, row);
    to.claimedGrant[nth] = named(fields.grant, row);
    to.claimedApproval[nth] = named(fields.approval, row);
    to.errorType[nth] = named(fields.errorType, row);
    to.step[nth] = stepOf(dictionary, codes[at.step]!);
    to.identity[nth] = identity.id;
    to.identityKind[nth] = identity.kind;
    to.identityRule[nth] = identity.rule;
    to.strength[nth] =
      origin.verified.size > 0 && origin.verified.has(dictionary.text(identity.id))
        ? verified
        : identity.strength;
    to.path[nth] = pathOf(row, identity.id, columns);
    to.kind[nth] = recognised.kind;
    to.operation[nth] = clipName(dictionary, recognised.operation);
    to.rule[nth] = recognised.rule;
    to.mutating[nth] = recognised.mutating ? 1 : 0;
    const hasMain = recognised.resourceId !== absent;
    to.resource[nth] = hasMain ? clipResource(dictionary, recognised.resourceId) : absent;
    to.resourceKind[nth] = hasMain ? clipKind(dictionary, recognised.resourceKind || empty) : empty;
    to.resourceOrigin[nth] = hasMain ? clipName(dictionary, codes[at.origin]! || empty) : empty;
    to.resources[nth] = resourcesOf(row, hasMain, columns);
    const verdict = codes[at.verdict]!;
    const outcome = codes[at.outcome]!;
    // A guard's decision; one with a word outside the contract counts as none.
    const isDecision = verdicts.has(verdict) && outcomes.has(outcome);
    to.verdict[nth] = isDecision ? verdict : empty;
    to.outcome[nth] = isDecision ? outcome : empty;
    to.reason[nth] = isDecision ? clipName(dictionary, codes[at.reason]! || empty) : empty;
    to.status[nth] = statusOf(row, outcome);
    to.stored[nth] = columns.storedCount;
    for (let one = 0; one < row.presentCount; one += 1) {
      const from = row.present[one]!;
      const name = storedNames[from]!;
      const code = codes[from]!;
      if (name !== 0) columns.keep(name, code < 0 ? code : clipResource(dictionary, code));
    }
    return "action";
  };
}

/** Why an identity's id can't be taken; undefined when it can. */
export function identityTooLong({ dictionary, index }: SpanRow, id: number): RejectedSpan | undefined {
  if (dictionary.lengthOf(id) <= identityCharsMax || dictionary.text(id).length <= identityCharsMax)
    return undefined;
  return {
    index,
    reason: "identity_too_long",
    message: `the identity id is longer than ${String(identityCharsMax)} characters`,
  };
}

/** Cuts texts at a number of characters; none with fewer bytes has more. */
function clipper(charsMax: number): (dictionary: Dictionary, code: number) => number {
  const cut = new ByCode<number>();
  return (dictionary, code) => {
    if (code < 0) return dictionary.solid(code);
    if (dictionary.lengthOf(code) <= charsMax) return code;
    return cut.get(dictionary, code) ?? cut.set(code, dictionary.add(clip(dictionary.text(code), charsMax)));
  };
}

function stepOf(dictionary: Dictionary, code: number): number {
  if (code < 0) return -1 - code;
  if (code === absent || code === empty) return -1;
  const step = Number(dictionary.text(code));
  return Number.isInteger(step) && step >= 0 && step < 2 ** 31 ? step : -1;
}
