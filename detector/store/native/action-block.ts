import type { Authority } from "../../../schemas/index.ts";
import { type ActionColumns, idInts } from "../../attribute/action-columns.ts";
import type { ByteWriter } from "../../bytes.ts";
import { type Dictionary, empty } from "../../decode/index.ts";
import type { Judgements } from "../../detect/judgements.ts";
import type { RecordPlaces } from "../../detect/record-places.ts";
import { boundedMs, boundedUs } from "./bounded.ts";
import { writeHex, writeInts } from "./hex.ts";
import { type Lists, listsOf, none, resourceLists } from "./lists.ts";
import { NativeBlock } from "./native-block.ts";

/**
 * The actions of a chunk that are kept, as a block for the table `actions`; undefined when there is none.
 *
 * @param room Where it is written: it is good until something else is written there.
 */
export function actionBlock(
  columns: ActionColumns,
  judgements: Judgements,
  places: RecordPlaces,
  room?: ByteWriter,
): Buffer | undefined {
  if (judgements.keptCount === 0) return undefined;
  const { codes, instants, dictionary } = columns;
  const rows = new Int32Array(judgements.keptCount);
  let count = 0;
  for (let row = 0; row < columns.count; row += 1) if (judgements.kept[row] === 1) rows[count++] = row;
  const block = new NativeBlock(rows, dictionary, room);
  block.lowCardinality("tenant", codes.tenant);
  block.strings("identity_id", codes.identity);
  block.longs("started_at", "DateTime64(6, 'UTC')", (row) => boundedUs(instants.startedAtUs[row]!));
  block.longs("ended_at", "DateTime64(6, 'UTC')", (row) => boundedUs(instants.endedAtUs[row]!));
  block.longs("received_at", "DateTime64(3, 'UTC')", (row) => boundedMs(places.atMs(codes.record[row]!)));
  writeIds(block, columns);
  block.ints("step", (row) => codes.step[row]!);
  writeIdentity(block, columns);
  block.arrays(
    "path",
    "Array(String)",
    listsOf(rows, (row) => columns.paths[codes.path[row]!]!),
  );
  block.lowCardinality("kind", codes.kind);
  block.lowCardinality("operation", codes.operation);
  block.lowCardinality("rule", codes.rule);
  const { ids, kinds, origins } = resourceLists(columns, rows);
  block.arrays("resource_ids", "Array(String)", ids);
  block.arrays("resource_kinds", "Array(LowCardinality(String))", kinds);
  block.arrays("resource_origins", "Array(LowCardinality(String))", origins);
  block.bools("mutating", codes.mutating);
  block.strings("process", codes.process);
  block.longs("seq", "Int64", (row) => instants.seq[row]!);
  block.lowCardinality("phase", codes.phase);
  block.strings("network", codes.network);
  block.strings("credential_id", codes.credential);
  block.strings("claimed_grant_id", codes.claimedGrant);
  block.strings("claimed_approval_id", codes.claimedApproval);
  block.lowCardinality("status", codes.status);
  block.lowCardinality("error_type", codes.errorType);
  block.lowCardinality("decision_verdict", codes.verdict);
  block.lowCardinality("decision_outcome", codes.outcome);
  block.lowCardinality("decision_reason", codes.reason);
  writeAuthority(block, authorityCodes(columns, judgements, rows));
  block.arrays("signals", "Array(LowCardinality(String))", signalLists(judgements, rows, dictionary));
  block.floats("score", judgements.scores);
  block.bools("late", judgements.late);
  block.bools("learned", judgements.learned);
  block.bools("clock_suspect", judgements.clockSuspect);
  block.lowCardinality("source", codes.source);
  block.maps(
    "attributes",
    columns.stored,
    (row) => codes.stored[row]!,
    (row) => columns.storedEnd(row),
  );
  block.constant("topic", dictionary.add(places.topic));
  block.ints("partition", () => places.partition);
  block.longs("offset", "Int64", (row) => places.offset(codes.record[row]!));
  block.ints("record_index", (row) => codes.index[row]!);
  block.longs("ordinal", "Int64", (row) => judgements.ordinals[row]!);
  return block.finish();
}

function writeIds(block: NativeBlock, { codes, ids, dictionary }: ActionColumns): void {
  const { bytes } = dictionary;
  block.hex("action_id", 32, (row, to, at) => writeInts(ids, row * idInts, to, at));
  block.strings("trace_id", codes.trace);
  block.strings("chain_id", codes.chain);
  block.strings("session_id", codes.session);
  block.strings("task_id", codes.task);
  block.hex("span_id", 16, (row, to, at) => writeHex(bytes, codes.spanIdAt[row]!, 8, to, at));
  block.hex("parent_span_id", 16, (row, to, at) =>
    codes.parentIdAt[row]! < 0 ? 0 : writeHex(bytes, codes.parentIdAt[row]!, 8, to, at),
  );
}

function writeIdentity(block: NativeBlock, { codes }: ActionColumns): void {
  block.lowCardinality("identity_kind", codes.identityKind);
  block.lowCardinality("strength", codes.strength);
  block.lowCardinality("identity_rule", codes.identityRule);
  block.lowCardinality("owner", codes.owner);
}

/** Most actions have no signal. */
function signalLists(judgements: Judgements, rows: Int32Array, dictionary: Dictionary): Lists {
  return listsOf(rows, (row) => {
    const signals = judgements.signals(row);
    return signals.length === 0 ? none : signals.map((signal) => dictionary.add(signal));
  });
}

type AuthorityCodes = { [Name in keyof Authority]: Int32Array };

function writeAuthority(block: NativeBlock, authority: AuthorityCodes): void {
  block.lowCardinality("authority", authority.outcome);
  block.strings("grant_id", authority.grantId);
  block.strings("approver", authority.approver);
  block.strings("approval_id", authority.approvalId);
  block.lowCardinality("policy_id", authority.policyId);
  block.lowCardinality("policy_version", authority.policyVersion);
}

/** Authorities are few objects that many rows share: each becomes codes once. */
function authorityCodes(
  { count, dictionary }: ActionColumns,
  judgements: Judgements,
  rows: Int32Array,
): AuthorityCodes {
  const made = new Map<Authority, readonly number[]>();
  const codes: AuthorityCodes = {
    outcome: new Int32Array(count).fill(empty),
    grantId: new Int32Array(count).fill(empty),
    approver: new Int32Array(count).fill(empty),
    approvalId: new Int32Array(count).fill(empty),
    policyId: new Int32Array(count).fill(empty),
    policyVersion: new Int32Array(count).fill(empty),
  };
  for (const row of rows) {
    const authority = judgements.authority(row);
    let texts = made.get(authority);
    if (texts === undefined) {
      const { outcome, grantId, approver, approvalId, policyId, policyVersion } = authority;
      texts = [outcome, grantId, approver, approvalId, policyId, policyVersion].map((text) =>
        dictionary.add(text),
      );
      made.set(authority, texts);
    }
    codes.outcome[row] = texts[0]!;
    codes.grantId[row] = texts[1]!;
    codes.approver[row] = texts[2]!;
    codes.approvalId[row] = texts[3]!;
    codes.policyId[row] = texts[4]!;
    codes.policyVersion[row] = texts[5]!;
  }
  return codes;
}
