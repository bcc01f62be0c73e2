/** Actions in columns as plain objects, and back. */
import { ActionColumns, idInts } from "../../detector/attribute/action-columns.ts";
import { actionId, idText } from "../../detector/attribute/ids.ts";
import { Words } from "../../detector/attribute/words.ts";
import { absent, empty } from "../../detector/decode/index.ts";
import { Judgements } from "../../detector/detect/judgements.ts";
import { RecordPlaces } from "../../detector/detect/record-places.ts";
import type { JudgedActions } from "../../detector/stream/ports.ts";
import type { Action, LogPosition, Resource } from "../../schemas/index.ts";

/** What attribution makes of a span: an action of which nobody has judged anything. */
export type AttributedAction = Omit<
  Action,
  "authority" | "signals" | "score" | "late" | "clockSuspect" | "position"
>;

/** An action as it is stored: what the engine notes beside what the contract says of one. */
export interface StoredAction extends Action {
  readonly learned: boolean;
  readonly ordinal: number;
}

/** The kept actions of a chunk. */
export function actionsOf({ columns, judgements, places }: JudgedActions): StoredAction[] {
  const rows = Array.from({ length: columns.count }, (_, row) => row);
  return rows
    .filter((row) => judgements.kept[row] === 1)
    .map((row) => ({
      ...actionAt(columns, row),
      authority: judgements.authority(row),
      signals: judgements.signals(row),
      score: judgements.scores[row]!,
      late: judgements.late[row] === 1,
      clockSuspect: judgements.clockSuspect[row] === 1,
      learned: judgements.learned[row] === 1,
      ordinal: judgements.ordinals[row]!,
      position: places.at(columns.codes.record[row]!, columns.codes.index[row]!),
    }));
}

/** One row as an action. */
export function actionAt(columns: ActionColumns, row: number): AttributedAction {
  const { codes, instants, ids, dictionary } = columns;
  const text = (code: number): string => dictionary.text(code);
  const hex = (at: number, length: number): string => dictionary.bytes.toString("hex", at, at + length);
  const traceId = hex(codes.traceIdAt[row]!, 16);
  const parentIdAt = codes.parentIdAt[row]!;
  const verdict = text(codes.verdict[row]!);
  const reason = text(codes.reason[row]!);
  const stored = Array.from(columns.stored.subarray(codes.stored[row], columns.storedEnd(row)), text);
  const action: Record<keyof AttributedAction, unknown> = {
    id: idText(ids, row * idInts),
    tenant: text(codes.tenant[row]!),
    chainId: text(codes.chain[row]!),
    sessionId: text(codes.session[row]!),
    taskId: text(codes.task[row]!),
    traceId: text(codes.trace[row]!),
    spanId: hex(codes.spanIdAt[row]!, 8),
    parentId: parentIdAt < 0 ? "" : actionId(traceId, hex(parentIdAt, 8), "end"),
    step: codes.step[row],
    identityId: text(codes.identity[row]!),
    identityKind: text(codes.identityKind[row]!),
    strength: text(codes.strength[row]!),
    identityRule: text(codes.identityRule[row]!),
    owner: text(codes.owner[row]!),
    path: columns.paths[codes.path[row]!]!.map(text),
    kind: text(codes.kind[row]!),
    operation: text(codes.operation[row]!),
    rule: text(codes.rule[row]!),
    resources: resourcesAt(columns, row),
    mutating: codes.mutating[row] === 1,
    network: text(codes.network[row]!),
    credentialId: text(codes.credential[row]!),
    claimedGrantId: text(codes.claimedGrant[row]!),
    claimedApprovalId: text(codes.claimedApproval[row]!),
    status: text(codes.status[row]!),
    errorType: text(codes.errorType[row]!),
    startedAtUs: instants.startedAtUs[row],
    endedAtUs: instants.endedAtUs[row],
    decision:
      verdict === ""
        ? null
        : { verdict, outcome: text(codes.outcome[row]!), ...(reason === "" ? {} : { reason }) },
    source: text(codes.source[row]!),
    attributes: Object.fromEntries(
      stored.flatMap((name, at) => (at % 2 === 0 ? [[name, stored[at + 1]!]] : [])),
    ),
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Words of the contract are texts in the columns.
  return action as AttributedAction;
}

function resourcesAt({ codes, resources, dictionary }: ActionColumns, row: number): Resource[] {
  const all: number[] = [...(resources[codes.resources[row]!] ?? [])];
  if (codes.resource[row] !== absent)
    all.unshift(codes.resource[row]!, codes.resourceKind[row]!, codes.resourceOrigin[row]!);
  const text = (at: number): string => dictionary.text(all[at]!);
  return all.flatMap((_, at) =>
    at % 3 === 0 ? [{ id: text(at), kind: text(at + 1), origin: text(at + 2) }] : [],
  );
}

/** An action, where it stands in the log, and which number it has in which process, if any. */
interface Placed {
  readonly action: AttributedAction;
  readonly position: LogPosition;
  readonly numbered?: { readonly process: string; readonly seq: number };
}

/** Actions in columns, as if a chunk had brought them. */
export function columnsOf(actions: readonly Placed[]): {
  readonly columns: ActionColumns;
  readonly places: RecordPlaces;
} {
  const columns = new ActionColumns(new Words().newDictionary());
  const offsets = [...new Set(actions.map(({ position }) => position.offset))];
  const takenMs = new Map(actions.map(({ position }) => [position.offset, position.atMs]));
  const records = offsets.map((offset) => ({
    offset,
    timestampMs: takenMs.get(offset)!,
  }));
  const recordOf = new Map(offsets.map((offset, record) => [offset, record]));
  for (const placed of actions) addRow(columns, placed, recordOf.get(placed.position.offset)!);
  const { topic = "nhi.spans", partition = 0 } = actions[0]?.position ?? {};
  return { columns, places: new RecordPlaces({ topic, partition }, records) };
}

/** Judged actions as the store takes them. */
export function judgedOf(actions: readonly (Action & Partial<StoredAction>)[]): JudgedActions {
  const { columns, places } = columnsOf(actions.map((action) => ({ action, position: action.position })));
  const judgements = new Judgements(actions.length);
  actions.forEach((action, row) => {
    const { authority, signals, late, clockSuspect, position } = action;
    const { learned = !clockSuspect, ordinal = position.offset } = action;
    judgements.keep(row, ordinal, authority, signals);
    judgements.scores[row] = action.score;
    judgements.late[row] = late ? 1 : 0;
    judgements.learned[row] = learned ? 1 : 0;
    judgements.clockSuspect[row] = clockSuspect ? 1 : 0;
  });
  return { columns, judgements, places };
}

function addRow(columns: ActionColumns, { action, position, numbered }: Placed, record: number): void {
  // Only a span's own id leads to its parent's, so that there is no way back from it.
  if (action.parentId !== "") throw new Error("an action with a parent can't be put into columns");
  // Adding may replace the columns.
  const row = columns.add();
  const { codes, instants, ids, dictionary } = columns;
  const add = (text: string): number => dictionary.add(text);
  const [main, ...further] = action.resources;
  const { verdict = "", outcome = "", reason = "" } = action.decision ?? {};
  const { "nhi.bound.contradicted": claimedInVain } = action.attributes;
  const values: Record<keyof typeof codes, number> = {
    tenant: add(action.tenant),
    source: add(action.source),
    chain: add(action.chainId),
    session: add(action.sessionId),
    task: add(action.taskId),
    trace: add(action.traceId),
    identity: add(action.identityId),
    identityKind: add(action.identityKind),
    strength: add(action.strength),
    identityRule: add(action.identityRule),
    contradicted: claimedInVain === undefined ? absent : add(claimedInVain),
    owner: add(action.owner),
    kind: add(action.kind),
    operation: add(action.operation),
    rule: add(action.rule),
    resource: main === undefined ? absent : add(main.id),
    resourceKind: main === undefined ? empty : add(main.kind),
    resourceOrigin: main === undefined ? empty : add(main.origin),
    network: add(action.network),
    credential: add(action.credentialId),
    claimedGrant: add(action.claimedGrantId),
    claimedApproval: add(action.claimedApprovalId),
    status: add(action.status),
    errorType: add(action.errorType),
    verdict: add(verdict),
    outcome: add(outcome),
    reason: add(reason),
    record,
    index: position.index,
    traceIdAt: dictionary.load(Buffer.from(action.traceId, "hex")),
    spanIdAt: dictionary.load(Buffer.from(action.spanId, "hex")),
    parentIdAt: -1,
    process: numbered === undefined ? empty : add(numbered.process),
    phase: add("end"),
    step: action.step,
    path: columns.paths.push(action.path.map(add)) - 1,
    resources:
      further.length === 0
        ? -1
        : columns.resources.push(
            further.flatMap(({ id, kind, origin }) => [add(id), add(kind), add(origin)]),
          ) - 1,
    stored: columns.storedCount,
    mutating: action.mutating ? 1 : 0,
  };
  for (const [name, value] of Object.entries(values)) codes[name as keyof typeof codes][row] = value;
  for (const [name, value] of Object.entries(action.attributes)) columns.keep(add(name), add(value));
  instants.startedAtUs[row] = action.startedAtUs;
  instants.endedAtUs[row] = action.endedAtUs;
  instants.seq[row] = numbered?.seq ?? -1;
  for (let int = 0; int < idInts; int += 1)
    ids[row * idInts + int] = Number.parseInt(action.id.slice(int * 8, int * 8 + 8), 16);
}
