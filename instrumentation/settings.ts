import { type Endpoint, endpointOf, pairsOf } from "./endpoint.ts";
import { type Environment, textOf } from "./environment.ts";
import type { SpanSink } from "./emit/sink.ts";
import { type GuardOptions, type GuardSettings, guardSettingsOf } from "./guard/settings.ts";
import { type Limits, limitsOf } from "./limits.ts";
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
  /** Whether actions are decided on before they run, and what happens to those that may not. */
  readonly guard?: GuardOptions;
}

export interface Settings {
  readonly enabled: boolean;
  readonly exporter: "otlp" | "console" | SpanSink;
  readonly endpoint: Endpoint;
  readonly identity: ActingIdentity | undefined;
  readonly key: Uint8Array | undefined;
  readonly chainKey: Uint8Array | undefined;
  readonly tenant: string;
  readonly propagateTo: readonly string[];
  readonly resource: Readonly<Record<string, string>>;
  readonly limits: Limits;
  /** Undefined where the guard is off. */
  readonly guard: GuardSettings | undefined;
  /** What was wrong with what was told, a sentence each. The rest holds all the same. */
  readonly problems: readonly string[];
}

const keyBytesMin = 16;
const loopback = ["localhost", "127.0.0.1", "::1"];

/** What holds: options first, then `ANSWERABLE_*`, then OpenTelemetry's own variables, then defaults. Never throws. */
export function settingsOf(options: StartOptions, env: Environment): Settings {
  const problems: string[] = [];
  const endpoint = endpointOf(options, env, problems);
  // OpenTelemetry's variable counts where nothing was said in ours.
  const timeoutMs = options.limits?.timeoutMs ?? endpoint.timeoutMs;
  const fromEnv = textOf(env, "ANSWERABLE_PROPAGATE_TO")
    ?.split(",")
    .map((host) => host.trim());
  return {
    enabled: options.enabled ?? !(isTrue(env, "ANSWERABLE_DISABLED") || isTrue(env, "OTEL_SDK_DISABLED")),
    exporter: options.exporter ?? (textOf(env, "ANSWERABLE_EXPORTER") === "console" ? "console" : "otlp"),
    endpoint,
    identity: options.identity,
    key: keyOf("key", options.key ?? textOf(env, "ANSWERABLE_KEY"), problems),
    chainKey: keyOf("chainKey", options.chainKey ?? textOf(env, "ANSWERABLE_CHAIN_KEY"), problems),
    tenant: options.tenant ?? textOf(env, "ANSWERABLE_TENANT") ?? "default",
    propagateTo: [...loopback, ...(options.propagateTo ?? fromEnv ?? [])],
    resource: resourceOf(env),
    limits: limitsOf({ ...options.limits, ...(timeoutMs !== undefined && { timeoutMs }) }, problems),
    guard: guardSettingsOf(options.guard ?? {}, endpoint, env, problems),
    problems,
  };
}

function isTrue(env: Environment, name: string): boolean {
  return /^(?:1|true|yes)$/iu.test(textOf(env, name) ?? "");
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
