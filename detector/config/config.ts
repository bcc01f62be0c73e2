import { z } from "zod";
import { Severity } from "../../schemas/index.ts";
import { defaultLimits } from "../decode/index.ts";
import { address, flag, group, hidden, instant, listOf, oneOf, pattern, text, whole } from "./kinds.ts";

const mebibyte = 1024 * 1024;
const bytesMax = 1024 * mebibyte;

/**
 * What a client of the HTTP interface may do: send spans, ask what its identities may do (guard), read findings and chains, decide
 * (grants, tasks, approvals, standings, verdicts).
 */
const Permission = oneOf(["send", "guard", "read", "decide"]);
export type Permission = z.infer<typeof Permission>;

const tenant = text(128).default("default");

/** 24 to 64 bytes, the size Standard Webhooks asks for, as base64. */
const webhookSecret = hidden(
  pattern(
    /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2,4}={0,2})?$/u,
    "whsec_ and the base64 of 24 to 64 bytes",
  ),
);

const HttpClient = group({
  name: text(128),
  tenant,
  // Hidden in errors as well: what stands here by mistake is often the token itself.
  tokenSha256: hidden(
    pattern(/^[0-9a-fA-F]{64}$/u, "the SHA-256 of the token, 64 hex digits in quotes"),
  ).exactOptional(),
  certificateSubject: text(512).exactOptional(),
  identities: listOf(text(512), 1000, "identity ids, * stands for any characters").default([]),
  may: listOf(Permission, 4, "of send, guard, read, decide").default(["send", "guard"]),
});

const hostAndPort = String.raw`(?:\[[0-9a-fA-F:.]+\]|[^\s:/[\]]+):\d{1,5}`;

const Http = group({
  listen: pattern(
    new RegExp(`^${hostAndPort}$`, "u"),
    "a host and a port, for example 127.0.0.1:4318",
  ).default("127.0.0.1:4318"),
  tls: group({ certFile: text(), keyFile: text(), clientCaFile: text().exactOptional() }).exactOptional(),
  clients: listOf(HttpClient, 10_000, "clients").default([]),
  /**
   * Bytes of bodies held at once, inflated, until they are decoded; requests beyond are asked to come again. Above the
   * half of it no client may hold more than its share of that half.
   */
  inFlightBytesMax: whole(mebibyte, 64 * bytesMax).default(64 * mebibyte),
  /** Bytes of spans that wait for the store: above the first everybody is asked to come again, the second is never passed. */
  queueSoftBytesMax: whole(mebibyte, 64 * bytesMax).default(32 * mebibyte),
  queueBytesMax: whole(mebibyte, 64 * bytesMax).default(64 * mebibyte),
  headersTimeoutMs: whole(100, 600_000).default(10_000),
  bodyTimeoutMs: whole(100, 600_000).default(30_000),
  connectionsMax: whole(1, 1_000_000).default(2000),
});

const Kafka = group({
  brokers: listOf(
    pattern(/^[^\s:/]+:\d{1,5}$/u, "host:port, for example kafka-0:9092"),
    100,
    "brokers",
  ).default([]),
  clientId: text(255).default("answerable"),
  groupId: text(255).default("answerable-detect"),
  /** How long a silent worker keeps its partitions, and how often it says that it is there. */
  sessionTimeoutMs: whole(1_000, 1_800_000).default(30_000),
  heartbeatMs: whole(100, 600_000).default(3_000),
  tls: flag().default(false),
  sasl: group({
    mechanism: oneOf(["plain", "scram-sha-256", "scram-sha-512"]),
    username: text(255),
    password: password().exactOptional(),
    passwordFile: text().exactOptional(),
  }).exactOptional(),
  topics: group({
    raw: topic("otlp_spans"),
    spans: topic("nhi.spans"),
    control: topic("nhi.control"),
    standings: topic("nhi.standings"),
    deadLetters: topic("nhi.spans.dlq"),
  }).prefault({}),
  /** Encoding and tenant of the raw topic; the topics of our own say both themselves. */
  encoding: oneOf(["otlp_proto", "otlp_json"]).default("otlp_proto"),
  tenant,
});

const Limits = group({
  bodyBytesMax: whole(1024, bytesMax).default(defaultLimits.bodyBytesMax),
  inflatedBytesMax: whole(1024, bytesMax).default(defaultLimits.inflatedBytesMax),
  jsonBytesMax: whole(1024, bytesMax).default(defaultLimits.jsonBytesMax),
  jsonNodesMax: whole(1, bytesMax).default(defaultLimits.jsonNodesMax),
  inflateRatioMax: whole(2, 2000).default(defaultLimits.inflateRatioMax),
  inflateRatioFreeBytes: whole(0, bytesMax).default(defaultLimits.inflateRatioFreeBytes),
  spansMax: whole(1, 10_000_000).default(defaultLimits.spansMax),
  wrapperBytesMax: whole(1024, bytesMax).default(defaultLimits.wrapperBytesMax),
  attributesMax: whole(1, 100_000).default(defaultLimits.attributesMax),
  valueBytesMax: whole(64, bytesMax).default(defaultLimits.valueBytesMax),
  depthMax: whole(1, 100).default(defaultLimits.depthMax),
  jsonDepthMax: whole(8, 1000).default(defaultLimits.jsonDepthMax),
  jsonMembersMax: whole(100, 1_000_000).default(defaultLimits.jsonMembersMax),
});

const Webhook = group({
  name: pattern(/^[A-Za-z0-9_.-]{1,64}$/u, "1 to 64 letters, digits, - _ or ."),
  // The path of a chat's incoming webhook is its password.
  url: hidden(address(), "path"),
  secret: webhookSecret.exactOptional(),
  secretFile: text().exactOptional(),
  minSeverity: oneOf(Severity.options).default("medium"),
});

/** A system that tells us of its tickets, changes and builds; its messages are signed. */
const Hook = group({
  name: pattern(/^[A-Za-z0-9_.-]{1,64}$/u, "1 to 64 letters, digits, - _ or ."),
  tenant,
  /** github, jira, servicenow, or a JSON file of the same form. */
  mapping: text(4096),
  secret: hidden(text(1024, "text of 1 to 1024 characters, in quotes if it is digits alone")).exactOptional(),
  secretFile: text().exactOptional(),
});

const patterns = (what: string) => listOf(text(512), 1000, `${what}, * stands for any characters`);

/** Where a credential is revoked, when a playbook's answer is `revoke`. */
const RevocationHook = group({
  name: pattern(/^[A-Za-z0-9_.-]{1,64}$/u, "1 to 64 letters, digits, - _ or ."),
  kind: oneOf(["webhook", "vault"]).default("webhook"),
  url: hidden(address(), "path"),
  secret: webhookSecret.exactOptional(),
  secretFile: text().exactOptional(),
  /** Asked afterwards whether it took effect; of a webhook. */
  verifyUrl: hidden(address(), "path").exactOptional(),
  /** Vault's token for it. */
  token: hidden(text(4096)).exactOptional(),
  tokenFile: text().exactOptional(),
  /** Which credentials it is for. Vault's are `vault:` and the accessor of the token. */
  match: group({
    credentials: patterns("credential ids").default(["*"]),
    types: patterns("credential types").default(["*"]),
    identities: patterns("identity ids").default(["*"]),
  }).prefault({}),
});

/** Every setting with its default: what answerable.yaml and the ANSWERABLE_* variables may say. */
export const Config = group({
  data: text(4096).default("./answerable-data"),
  clickhouse: group({
    url: address().exactOptional(),
    user: text(255).default("default"),
    password: password().exactOptional(),
    passwordFile: text().exactOptional(),
    database: pattern(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/u, "a name of letters, digits and _").default(
      "answerable",
    ),
  }).prefault({}),
  http: Http.prefault({}),
  kafka: Kafka.prefault({}),
  /**
   * How many records, and how many bytes of them, are judged and stored together, and how long an action waits for others
   * that belong before it.
   */
  chunk: group({
    windowMs: whole(0, 2000).default(250),
    recordsMax: whole(1, 100_000).default(2000),
    bytesMax: whole(1024, bytesMax).default(8 * mebibyte),
  }).prefault({}),
  /** What is held of identities in memory, of all partitions together; the store has the rest. */
  state: group({
    bytesMax: whole(mebibyte, 64 * 1024 * mebibyte).default(480 * mebibyte),
    readyMax: whole(1, 1_000_000).default(2_000),
  }).prefault({}),
  /**
   * New identities that a source (a client of http.clients; all that prove nothing are one) may bring to a partition within
   * an hour of the log's time; 0 for any number. What further ones do is stored with its verdict, but neither learned from
   * nor compared, and one finding says so.
   */
  identities: group({ newPerHourMax: whole(0, 1_000_000_000).default(10_000) }).prefault({}),
  /** Rules that say nothing. Actions are judged and learned from as ever. */
  rules: group({ off: listOf(text(64), 64, "ids of rules").default([]) }).prefault({}),
  /** Patterns of several actions to look for beside those that are shipped; `when` is a sentence (schemas/action-pattern.ts). */
  patterns: listOf(
    group({
      id: pattern(/^[a-z][a-z0-9-]{0,47}$/u, "1 to 48 small letters, digits or -, and begin with a letter"),
      when: text(512),
      did: text(120),
    }),
    32,
    "patterns",
  ).default([]),
  /**
   * Baselines. What the log takes before acceptedUntil counts as accepted: learned from, with no word about behaviour; from frozenFrom
   * on nothing more is learned. Both by the log's time, as a sender may date an action as it likes.
   */
  learning: group({
    acceptedUntil: instant().exactOptional(),
    frozenFrom: instant().exactOptional(),
  }).prefault({}),
  /** How often identities that are alike are grouped anew, by serve or up; 0 for never. */
  peers: group({ everyMs: whole(0, 7 * 86_400_000).default(3_600_000) }).prefault({}),
  limits: Limits.prefault({}),
  hooks: listOf(Hook, 100, "webhooks of other systems").default([]),
  /** With both, a person may answer an approval by a signed link: where readers reach the service, and what signs. */
  approvals: group({
    baseUrl: address().exactOptional(),
    linkSecret: hidden(text(1024, "text of 1 to 1024 characters")).exactOptional(),
    linkSecretFile: text().exactOptional(),
  }).prefault({}),
  alerts: group({ webhooks: listOf(Webhook, 100, "webhooks").default([]) }).prefault({}),
  revocation: listOf(RevocationHook, 100, "hooks").default([]),
  /**
   * When missing numbers of a process and its silence in the middle of a task are worth a finding, how often that is looked
   * at, and how far back.
   */
  integrity: group({
    gapAfterMs: whole(1_000, 86_400_000).default(60_000),
    silentAfterMs: whole(10_000, 86_400_000).default(600_000),
    everyMs: whole(100, 3_600_000).default(5_000),
    lookbackMs: whole(3_600_000, 30 * 86_400_000).default(86_400_000),
  }).prefault({}),
  /**
   * Where a role answers /metrics, /healthz and /readyz, to whom and how http.clients and http.tls say. Unless set: process
   * 127.0.0.1:9464, detect 127.0.0.1:9465, alert 127.0.0.1:9466; up and serve answer at http.listen and nowhere else.
   */
  telemetry: group({
    listen: pattern(
      new RegExp(`^(?:off|${hostAndPort})$`, "u"),
      "off, or a host and a port, for example 127.0.0.1:9465",
    ).exactOptional(),
  }).prefault({}),
});
export type Config = DeepReadonly<z.infer<typeof Config>>;

export type HttpConfig = Config["http"];

type DeepReadonly<T> = T extends (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

function topic(name: string) {
  return pattern(/^[A-Za-z0-9._-]{1,249}$/u, "a topic name: 1 to 249 letters, digits, . _ or -").default(
    name,
  );
}

function password() {
  return hidden(text(1024, "text of 1 to 1024 characters, in quotes if it is digits alone"));
}
