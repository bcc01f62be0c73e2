import { type Environment, textOf } from "./environment.ts";
import type { SpanSink } from "./emit/sink.ts";
import type { ActingIdentity } from "./scope/scope.ts";

/** What `start` may be told; whatever is left out comes from the environment, then from a default. */
export interface StartOptions {
  /** Who this process is. Without it, it is looked for: tokens and certificates first, the service's name last. */
  readonly identity?: ActingIdentity;
  /** Where spans go: the address of a receiver of OTLP/HTTP, for example http://127.0.0.1:4318. */
  readonly endpoint?: string;
  /** Sent with every request, for example an authorization. */
  readonly headers?: Readonly<Record<string, string>>;
  /** "otlp", "console" (one line an action), or a sink of one's own. */
  readonly exporter?: "otlp" | "console" | SpanSink;
  /** Key of the tenant, for references to secrets; without it secrets are taken out and not referred to. At least 16 bytes. */
  readonly key?: string | Uint8Array;
  /** Key that seals what is carried to other processes of the tenant. At least 16 bytes. */
  readonly chainKey?: string | Uint8Array;
  readonly tenant?: string;
  /** Hosts that are told by whom and for what they are called; `*.acme.example` for all below it. Loopback alone, unless told. */
  readonly propagateTo?: readonly string[];
  /** False: nothing is done and nothing costs anything. */
  readonly enabled?: boolean;
  readonly limits?: Partial<Limits>;
}

export interface Limits {
  /** Spans that wait to be sent; beyond, the oldest of low risk is dropped first. */
  readonly queueSpansMax: number;
  /** What they may hold in memory, in bytes. */
  readonly queueBytesMax: number;
  /** Spans of one request. */
  readonly batchMax: number;
  readonly flushMs: number;
  /** How long a span of high risk waits at most. */
  readonly urgentFlushMs: number;
  readonly timeoutMs: number;
  /** How long the process is held at its end, at most. */
  readonly exitMs: number;
  /** How long the first request waits for the identity to be found. */
  readonly identityMs: number;
}

export interface Settings {
  readonly enabled: boolean;
  readonly exporter: "otlp" | "console" | SpanSink;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly identity: ActingIdentity | undefined;
  readonly key: Uint8Array | undefined;
  readonly chainKey: Uint8Array | undefined;
  readonly tenant: string;
  readonly propagateTo: readonly string[];
  readonly resource: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** What was wrong with what was told, a sentence each. The rest holds all the same. */
  readonly problems: readonly string[];
}

const defaults: Limits = {
  queueSpansMax: 20_000,
  queueBytesMax: 32 * 1024 * 1024,
  batchMax: 512,
  flushMs: 250,
  urgentFlushMs: 50,
  timeoutMs: 5_000,
  exitMs: 2_000,
  identityMs: 2_000,
};

const keyBytesMin = 16;
const loopback = ["localhost", "127.0.0.1", "::1"];

/** What holds: options first, then `ANSWERABLE_*`, then OpenTelemetry's own variables, then defaults. Never throws. */
export function settingsOf(options: StartOptions, env: Environment): Settings {
  const problems: string[] = [];
  const url = urlOf(options, env, problems);
  const fromEnv = textOf(env, "ANSWERABLE_PROPAGATE_TO")
    ?.split(",")
    .map((host) => host.trim());
  return {
    enabled: options.enabled ?? !(isTrue(env, "ANSWERABLE_DISABLED") || isTrue(env, "OTEL_SDK_DISABLED")),
    exporter: options.exporter ?? (textOf(env, "ANSWERABLE_EXPORTER") === "console" ? "console" : "otlp"),
    url,
    headers: headersOf(options, env),
    identity: options.identity,
    key: keyOf("key", options.key ?? textOf(env, "ANSWERABLE_KEY"), problems),
    chainKey: keyOf("chainKey", options.chainKey ?? textOf(env, "ANSWERABLE_CHAIN_KEY"), problems),
    tenant: options.tenant ?? textOf(env, "ANSWERABLE_TENANT") ?? "default",
    propagateTo: [...loopback, ...(options.propagateTo ?? fromEnv ?? [])],
    resource: resourceOf(env),
    limits: { ...defaults, ...options.limits },
    problems,
  };
}

function isTrue(env: Environment, name: string): boolean {
  return /^(?:1|true|yes)$/iu.test(textOf(env, name) ?? "");
}

const localReceiver = "http://127.0.0.1:4318";

/** An address for all signals gets the path of traces, one for traces is taken as it is (OTLP exporter specification). */
function urlOf({ endpoint }: StartOptions, env: Environment, problems: string[]): string {
  const forTraces = textOf(env, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  const base = endpoint ?? textOf(env, "ANSWERABLE_ENDPOINT");
  const told = base ?? forTraces ?? textOf(env, "OTEL_EXPORTER_OTLP_ENDPOINT") ?? localReceiver;
  if (!URL.canParse(told) || !/^https?:/u.test(told)) {
    problems.push("the endpoint is no http or https address; spans go to http://127.0.0.1:4318");
    return `${localReceiver}/v1/traces`;
  }
  const url = new URL(told);
  const isTraces = told === forTraces || /\/v1\/traces\/?$/u.test(url.pathname);
  if (!isTraces) url.pathname = `${url.pathname.replace(/\/$/u, "")}/v1/traces`;
  return url.href;
}

function headersOf({ headers }: StartOptions, env: Environment): Record<string, string> {
  const token = textOf(env, "ANSWERABLE_TOKEN");
  return {
    ...pairsOf(textOf(env, "OTEL_EXPORTER_OTLP_HEADERS")),
    ...pairsOf(textOf(env, "OTEL_EXPORTER_OTLP_TRACES_HEADERS")),
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...headers,
  };
}

/** `name=value,name=value`, percent-encoded, as OpenTelemetry's variables have it. */
function pairsOf(text = ""): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const pair of text.split(",")) {
    const at = pair.indexOf("=");
    if (at <= 0) continue;
    const value = pair.slice(at + 1).trim();
    try {
      pairs[pair.slice(0, at).trim()] = decodeURIComponent(value);
    } catch {
      pairs[pair.slice(0, at).trim()] = value;
    }
  }
  return pairs;
}

function resourceOf(env: Environment): Record<string, string> {
  const service = textOf(env, "OTEL_SERVICE_NAME");
  return {
    ...pairsOf(textOf(env, "OTEL_RESOURCE_ATTRIBUTES")),
    ...(service !== undefined && { "service.name": service }),
  };
}

/** A short key is refused: whoever sees references could find out what they stand for. */
function keyOf(
  name: string,
  key: string | Uint8Array | undefined,
  problems: string[],
): Uint8Array | undefined {
  if (key === undefined) return undefined;
  const bytes = typeof key === "string" ? Buffer.from(key) : key;
  if (bytes.byteLength >= keyBytesMin) return bytes;
  problems.push(`the ${name} has less than ${String(keyBytesMin)} bytes and is not used`);
  return undefined;
}
