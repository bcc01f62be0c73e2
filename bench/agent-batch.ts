import { createHash } from "node:crypto";
import type { Grant } from "../schemas/index.ts";
import { traceRequest } from "../test/support/otlp-proto.ts";

/** Spans of one batch. */
export const spanCount = 200;

/** Agents that take turns; batch `number` is of agent `number % agentCount`. */
export const agentCount = 200;

/** Attributes of one span, every one of them known to the detector, so that whoever stores them all stores the same. */
export const attributeCount = 16;

type Values = Readonly<Record<string, string | number | boolean>>;

/** What the batches' agents may do; it covers all but one action in some five hundred. */
export const grant: Grant = {
  id: "tool-agents",
  grantee: "agent:*",
  approver: "user:ana@acme.example",
  policy: { id: "tool-agents", version: "3" },
  operations: ["tickets.*", "mail.*", "repo.read", "vault.kv.read", "calendar.*"],
  resources: ["*"],
  window: { from: "2025-01-01T00:00:00Z" },
  conditions: {},
  ask: false,
};

/**
 * A batch as an agent's exporter sends it: of one agent, tools and resources that repeat, ids that never do. A trace is a
 * session of eight actions, as long as the recorded runs of real agents are. Batches of different numbers share no span;
 * an agent's next batch is of the next day, so that after a week of them the detectors have something to say.
 *
 * @param identities Agents that take turns within the batch, as one that passes through a collector may hold.
 */
export function agentBatch(number: number, identities = 1): Uint8Array {
  const spans = Array.from({ length: spanCount }, (_, at) => number * spanCount + at).map((index) => ({
    traceId: id(16, `trace ${index >> 3}`),
    spanId: id(8, `span ${index}`),
    parentSpanId: index % 8 === 0 ? Buffer.alloc(0) : id(8, `span ${index - 1}`),
    name: `execute_tool ${toolOf(index)}`,
    kind: 1 + (index % 3),
    startTimeUnixNano: long(startNs(index)),
    endTimeUnixNano: long(startNs(index) + 87_654_321n),
    attributes: keyValues(identities === 1 ? spanAttributes(index) : mixed(index, identities)),
    status: { code: index % 20 === 0 ? 2 : 0 },
    flags: 0x101,
  }));
  return requestOf(spans);
}

/** A request of spans that are each of another identity, of so many that take turns; a span's id is its ordinal. */
export function manyIdentities(number: number, spans: number, identities: number): Uint8Array {
  return requestOf(
    Array.from({ length: spans }, (_, at) => number * spans + at).map((index) => {
      const spanId = Buffer.alloc(8);
      spanId.writeBigUInt64BE(BigInt(index + 1));
      return {
        traceId: id(16, `trace ${index >> 3}`),
        spanId,
        name: `execute_tool ${toolOf(index)}`,
        kind: 1,
        startTimeUnixNano: long(startNs(index)),
        endTimeUnixNano: long(startNs(index) + 87_654_321n),
        attributes: keyValues({
          ...spanAttributes(index),
          "nhi.identity.id": `agent:many-${index % identities}`,
        }),
      };
    }),
  );
}

interface ReadRequest {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly spanId: Uint8Array;
        readonly attributes: readonly {
          readonly key: string;
          readonly value: { readonly stringValue?: string };
        }[];
      }[];
    }[];
  }[];
}

/** Ordinals of the spans of `manyIdentities` in a record, with what each was bound to. */
export function ordinalsOf(
  record: Uint8Array,
): readonly { readonly ordinal: number; readonly identity: string }[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- The messages are as the declaration says.
  const request = traceRequest.decode(record) as unknown as ReadRequest;
  return request.resourceSpans
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans)
    .map(({ spanId, attributes }) => ({
      ordinal: Number(Buffer.from(spanId).readBigUInt64BE()) - 1,
      identity: attributes.find(({ key }) => key === "nhi.bound.id")?.value.stringValue ?? "",
    }));
}

/** Attributes of a span whose neighbours in the batch are of other agents. */
const mixed = (index: number, identities: number): Values => ({
  ...spanAttributes(index),
  "nhi.identity.id": `agent:mixed-${agentOf(index)}-${index % identities}`,
});

/** Identity of a probe, one of its own so that each has a finding of its own. */
export const probeIdentity = (number: number): string => `agent:probe-${number}`;

/** One span that ends now and does what no grant covers. */
export function probeBatch(number: number, nowMs: number): Uint8Array {
  const values = {
    ...spanAttributes(number),
    "nhi.identity.id": probeIdentity(number),
    "nhi.action.name": "iam.role.attach",
  };
  const endNs = BigInt(nowMs) * 1_000_000n;
  const span = {
    traceId: id(16, `probe ${number}`),
    spanId: id(8, `probe ${number}`),
    name: "execute_tool iam.role.attach",
    kind: 1,
    startTimeUnixNano: long(endNs - 5_000_000n),
    endTimeUnixNano: long(endNs),
    attributes: keyValues(values),
  };
  return requestOf([span]);
}

function requestOf(spans: readonly object[]): Uint8Array {
  const resource = { attributes: keyValues(resourceAttributes) };
  const scope = { name: "answerable", version: "0.1.0" };
  const request = traceRequest.create({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] });
  return traceRequest.encode(request).finish();
}

/** The attributes of the resource, those of all spans of a batch. */
export const resourceAttributes: Values = {
  "service.name": "triage",
  "service.version": "1.4.2",
  "deployment.environment.name": "production",
};

/**
 * The attributes of span `index`: those of batch `n` are the spans from `n * spanCount`. Two are never the same twice
 * (tool call, number), the digest seldom, the session for eight spans; the others repeat.
 */
export function spanAttributes(index: number): Values {
  const tool = toolOf(index);
  return {
    "nhi.identity.id": `agent:triage-${agentOf(index)}`,
    "nhi.identity.kind": "ai_agent",
    "nhi.action.kind": tool === "vault.kv.read" ? "secret_read" : "tool_call",
    "nhi.action.name": tool,
    "nhi.action.mutating": tool === "tickets.update" || tool === "mail.send",
    "nhi.resource.id": resourceOf(index),
    "nhi.resource.kind": "object",
    "nhi.resource.origin": index % 3 === 0 ? "tool:tickets.search" : "prompt",
    "nhi.session.id": `run-${id(6, `trace ${index >> 3}`).toString("hex")}`,
    "nhi.seq": index + 1000,
    "nhi.args.digest": id(8, `digest ${index % 8 === 7 ? index - 1 : index}`).toString("hex"),
    "nhi.result.bytes": 200 + ((index * 7919) % 4000),
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": tool,
    "gen_ai.tool.call.id": `call_${id(15, `call ${index}`).toString("base64url")}`,
    "server.address": "tools.internal.example",
  };
}

const tools = [
  "tickets.search",
  "tickets.read",
  "tickets.update",
  "repo.read",
  "mail.send",
  "vault.kv.read",
  "calendar.read",
];

const agentOf = (index: number): number => Math.floor(index / spanCount) % agentCount;

/** One action in five hundred or so is none that the grant covers. */
const toolOf = (index: number): string =>
  index % 499 === 7 ? "iam.role.attach" : (tools[(index * 5) % tools.length] ?? "");

/** Some thirty resources an agent, and now and then a new one. */
const resourceOf = (index: number): string =>
  index % 401 === 0 ? `crm/ticket-${index}` : `crm/team-${agentOf(index) % 20}/queue-${(index * 11) % 31}`;

const dayNs = 86_400_000_000_000n;

/** Seconds apart within a batch; a day later for the agent's next batch. */
function startNs(index: number): bigint {
  const round = Math.floor(index / (spanCount * agentCount));
  const start = 1_760_000_000_000_000_000n + BigInt(round) * dayNs;
  return start + BigInt(index % (spanCount * agentCount)) * 1_234_567_000n;
}

function keyValues(values: Values): object[] {
  return Object.entries(values).map(([key, value]) => {
    if (typeof value === "number") return { key, value: { intValue: value } };
    return { key, value: typeof value === "boolean" ? { boolValue: value } : { stringValue: value } };
  });
}

const long = (value: bigint): object => ({
  low: Number(BigInt.asIntN(32, value)),
  high: Number(value >> 32n),
  unsigned: true,
});

/** Bytes that look drawn and are the same in every run. */
const id = (length: number, seed: string): Buffer =>
  createHash("sha256").update(seed).digest().subarray(0, length);
