/** Requests that were good once, broken from a seed: the same seed and number give the same bytes. */
import fc from "fast-check";
import { type OtlpEncoding, protobufFromJson } from "../../detector/decode/index.ts";
import { diceOf } from "./dice.ts";
import { mutateJson } from "./json-mutate.ts";
import { anyRequest, forJson } from "./otlp-model.ts";
import { mutateBytes, mutateProtobuf, randomBytes } from "./otlp-mutate.ts";

export interface HostileRequest {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly encoding: OtlpEncoding;
}

/** The seed of this run: ANSWERABLE_TEST_SEED, or the one that the gate uses. */
export const seed = Number(process.env["ANSWERABLE_TEST_SEED"] ?? 20_261_121);
/** How many requests are broken, and which is the first; a failure says both of the one that failed. */
export const fuzzRuns = Number(process.env["ANSWERABLE_TEST_FUZZ_RUNS"] ?? 20_000);
export const fuzzFrom = Number(process.env["ANSWERABLE_TEST_FUZZ_FROM"] ?? 0);

/** A line for a shell that repeats the mutations from one to another. */
export function reproduction(from: number, to: number, test: string): string {
  const runs = to - from + 1;
  return `ANSWERABLE_TEST_SEED=${seed} ANSWERABLE_TEST_FUZZ_FROM=${from} ANSWERABLE_TEST_FUZZ_RUNS=${runs} npm run test:built -- ${test}`;
}

const identity = fc.constantFrom("agent:a", "agent:b", "svc:c", "__proto__", "", "x".repeat(513));
const word = fc.oneof(
  fc.constantFrom("read", "delete", "s3://bucket/a", "__proto__"),
  fc.string({ maxLength: 20 }),
);
const namesOfActions = [
  "nhi.action.kind",
  "nhi.action.name",
  "nhi.resource.id",
  "nhi.chain.id",
  "nhi.session.id",
  "nhi.action.mutating",
  "gen_ai.tool.name",
  "gen_ai.operation.name",
  "db.system.name",
  "http.request.method",
  "service.name",
];

/** Requests of actions: what the generated ones, whose attributes are of no meaning, do not come to. */
const anyActions = fc
  .array(
    fc.record({
      spanId: fc.integer({ min: 1, max: 300 }),
      name: word,
      atMs: fc.integer({ min: 1_790_000_000_000, max: 1_790_003_000_000 }),
      who: identity,
      what: fc.array(fc.tuple(fc.constantFrom(...namesOfActions), word), { maxLength: 6 }),
    }),
    { minLength: 1, maxLength: 4 },
  )
  .map((list) => {
    const spans = list.map(({ spanId, name, atMs, who, what }) => ({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: String(spanId).padStart(16, "0"),
      name,
      startTimeUnixNano: `${atMs}000000`,
      endTimeUnixNano: `${atMs + 5}000000`,
      attributes: [["nhi.identity.id", who], ["nhi.action.kind", "tool_call"], ...what].map(
        ([key, value]) => ({
          key,
          value: { stringValue: value },
        }),
      ),
    }));
    return JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  });

/** Good requests to begin with; `at`th of them broken in one of several ways. */
export function hostileRequests(): (at: number) => HostileRequest {
  const jsons = [
    ...fc.sample(anyRequest, { seed, numRuns: 80 }).map((one) => forJson(one)),
    ...fc.sample(anyActions, { seed, numRuns: 120 }),
  ];
  const protobufs = jsons.map((one) => {
    const made = protobufFromJson(Buffer.from(one));
    if (!made.ok) throw new Error(made.message);
    return made.bytes;
  });
  return (at) => {
    const dice = diceOf(seed + at * 7919);
    const [good, other] = [dice.below(jsons.length), dice.below(jsons.length)];
    const encoding = dice.one(["otlp_proto", "otlp_proto", "otlp_json"] as const);
    const how = dice.below(20);
    if (how === 0) return { encoding, body: randomBytes(dice) };
    if (encoding === "otlp_json") {
      const json = jsons[good]!;
      return {
        encoding,
        body: how < 5 ? mutateBytes(Buffer.from(json), dice) : mutateJson(json, jsons[other]!, dice),
      };
    }
    const bytes = protobufs[good]!;
    if (how < 5) return { encoding, body: mutateBytes(bytes, dice) };
    const broken = mutateProtobuf(bytes, protobufs[other]!, dice);
    return { encoding, body: how < 8 ? mutateBytes(broken, dice) : broken };
  };
}
