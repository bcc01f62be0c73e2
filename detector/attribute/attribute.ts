import { attributes, IdentityStrength } from "../../schemas/index.ts";
import { absent, empty, type RejectedSpan, type SpanRow } from "../decode/index.ts";
import { type ActionColumns, idInts } from "./action-columns.ts";
import { compileBinding } from "./binding.ts";
import { newClippers } from "./clipper.ts";
import { compileFields } from "./fields.ts";
import { writeActionId } from "./ids.ts";
import { identityTooLong } from "./identity-limit.ts";
import { compileOutcome } from "./outcome.ts";
import { compilePath } from "./path.ts";
import { compileResources } from "./resources.ts";
import type { Attributor, NamedIdentity } from "./table.ts";

/** Who delivered the spans, as the receiver or a collector wrote it into the record's headers. */
export interface Origin {
  readonly tenant: string;
  /** Name of the authenticated client, "" when there was none. */
  readonly source: string;
  /** Identities that the client has proven to be: its credential is bound to exactly them. */
  readonly verified: ReadonlySet<string>;
  /** Whether a collector of ours bound the spans to their identities: its stamps (`nhi.bound.*`) are then to be believed. */
  readonly bound: boolean;
}

type Attributed = "action" | "no_action" | RejectedSpan;

/** Adds the action that the span in `row` is, if it is one; `row` has read stamps where the origin is bound, and only there. */
export type Attribute = (row: SpanRow, origin: Origin, columns: ActionColumns, record: number) => Attributed;

/**
 * Compiles what makes an action of a span. Pure: the same span and origin give the same action, whatever chunk they are
 * in. All texts stay codes; only one that is not yet known, is cut or is put together becomes a string on its way.
 *
 * @example
 * const attribute = compileAttribution(attributor);
 * readTraces(body, row, limits, () => attribute(row, origin, columns, 0));
 */
export function compileAttribution(attributor: Attributor): Attribute {
  const { names, words, identify, recognise } = attributor;
  const clip = newClippers();
  const writePlace = compilePlace(attributor);
  const writeFields = compileFields(attributor, clip);
  const bindingOf = compileBinding(attributor, clip);
  const pathOf = compilePath(attributor, clip);
  const writeResources = compileResources(attributor, clip);
  const writeOutcome = compileOutcome(attributor, clip);
  const verified = words.code(IdentityStrength.enum.verified);
  /** Codes of the names of those attributes that are kept, by their places; 0 for the others. */
  const keptNames = new Int32Array(names.all.length);
  for (const { name, stored } of attributes) if (stored) keptNames[names.placeOf(name)] = words.code(name);

  function keepAttributes(
    { codes, dictionary, present, presentCount }: SpanRow,
    columns: ActionColumns,
    keptBefore: number,
  ): void {
    for (let one = 0; one < presentCount; one += 1) {
      const from = present[one]!;
      if (from >= keptBefore) continue;
      const name = keptNames[from]!;
      const code = codes[from]!;
      if (name !== 0) columns.keep(name, code < 0 ? code : clip.resource(dictionary, code));
    }
  }

  return (row, origin, columns, record) => {
    const recognised = recognise(row);
    if (recognised === undefined) return "no_action";
    const binding = origin.bound ? bindingOf(row) : undefined;
    const identity = binding ?? identify(row);
    const contradicted = binding?.contradicted ?? absent;
    const tooLong = identityTooLong(row, identity.id);
    if (tooLong !== undefined) return tooLong;
    const nth = columns.add();
    const to = columns.codes;
    to.record[nth] = record;
    writePlace(row, columns, nth);
    writeFields(row, columns, nth);
    to.identity[nth] = identity.id;
    to.identityKind[nth] = identity.kind;
    to.identityRule[nth] = identity.rule;
    to.strength[nth] = isVerified(row, identity, origin) ? verified : identity.strength;
    to.contradicted[nth] = contradicted;
    // Who answers for the claimed identity doesn't answer for the one that claimed it.
    if (contradicted !== absent) to.owner[nth] = empty;
    to.path[nth] = pathOf(row, identity.id, contradicted, columns);
    to.kind[nth] = recognised.kind;
    to.operation[nth] = clip.name(row.dictionary, recognised.operation);
    to.rule[nth] = recognised.rule;
    to.mutating[nth] = recognised.mutating ? 1 : 0;
    writeResources(row, recognised, columns, nth);
    writeOutcome(row, columns, nth);
    to.stored[nth] = columns.storedCount;
    keepAttributes(row, columns, binding === undefined ? names.stampsFrom : names.all.length);
    return "action";
  };
}

function isVerified({ dictionary }: SpanRow, { id }: NamedIdentity, origin: Origin): boolean {
  return origin.verified.size > 0 && origin.verified.has(dictionary.text(id));
}

/** Compiles what fills in an action's id, the ids and instants that it has from its span, and its phase. */
function compilePlace({
  names,
  words,
}: Attributor): (row: SpanRow, columns: ActionColumns, nth: number) => void {
  const traceAt = names.placeOf("trace.id");
  const phaseAt = names.placeOf("nhi.phase");
  const start = words.code("start");
  const end = words.code("end");
  return (row, { codes: to, instants, ids }, nth) => {
    const { codes, dictionary, traceIdAt, spanIdAt } = row;
    const isStart = codes[phaseAt] === start;
    writeActionId(dictionary.bytes, traceIdAt, spanIdAt, isStart ? "start" : "end", ids, nth * idInts);
    to.index[nth] = row.index;
    to.phase[nth] = isStart ? start : end;
    to.traceIdAt[nth] = traceIdAt;
    to.spanIdAt[nth] = spanIdAt;
    to.parentIdAt[nth] = row.parentIdAt;
    to.trace[nth] = codes[traceAt]!;
    instants.startedAtUs[nth] = row.startedAtUs;
    instants.endedAtUs[nth] = row.endedAtUs;
  };
}
