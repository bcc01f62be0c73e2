import { type Environment, textOf } from "./environment.ts";

/** Where spans go, and how one gets in there. */
export interface Endpoint {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly compression: "gzip" | "none";
  readonly timeoutMs: number | undefined;
  /** Files in PEM. */
  readonly tls: TlsFiles;
}

/** `ca`: whom we trust in place of the system; `cert` and `key`: what proves who we are. */
export interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a host tells of it in code. */
export interface EndpointOptions {
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const localReceiver = "http://127.0.0.1:4318";
const loopback: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * The address in our own words comes before OpenTelemetry's. Each goes with its own headers: a token for us must not reach
 * the receiver of somebody else whose address OpenTelemetry's variables hold, nor the other way round.
 */
export function endpointOf(
  { endpoint, headers }: EndpointOptions,
  env: Environment,
  problems: string[],
): Endpoint {
  const forTraces = textOf(env, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT");
  const own = endpoint ?? textOf(env, "ANSWERABLE_ENDPOINT");
  const foreign = own === undefined ? (forTraces ?? textOf(env, "OTEL_EXPORTER_OTLP_ENDPOINT")) : undefined;
  const url = urlOf(
    own ?? foreign ?? localReceiver,
    foreign !== undefined && foreign === forTraces,
    problems,
  );
  const token = textOf(env, "ANSWERABLE_TOKEN");
  const isForToken = foreign === undefined || loopback.has(url.hostname);
  if (token !== undefined && !isForToken)
    problems.push("ANSWERABLE_TOKEN is sent to ANSWERABLE_ENDPOINT alone, which is not set");
  if (token !== undefined && isForToken && url.protocol === "http:" && !loopback.has(url.hostname))
    problems.push("ANSWERABLE_TOKEN is sent without encryption: the endpoint is no https address");
  const timeoutMs = Number(otlp(env, "TIMEOUT"));
  return {
    url: url.href,
    headers: {
      ...(own === undefined && pairsOf(textOf(env, "OTEL_EXPORTER_OTLP_HEADERS"))),
      ...(own === undefined && pairsOf(textOf(env, "OTEL_EXPORTER_OTLP_TRACES_HEADERS"))),
      ...(token !== undefined && isForToken && { authorization: `Bearer ${token}` }),
      ...headers,
    },
    compression: compressionOf(otlp(env, "COMPRESSION"), url),
    timeoutMs: Number.isInteger(timeoutMs) && timeoutMs > 0 ? timeoutMs : undefined,
    tls: tlsOf(env),
  };
}

/** Within one machine there is no network to spare. */
function compressionOf(told: string | undefined, { hostname }: URL): "gzip" | "none" {
  if (told === "gzip" || told === "none") return told;
  return loopback.has(hostname) ? "none" : "gzip";
}

/** One of OpenTelemetry's variables: the one for traces, else the one for all signals. */
function otlp(env: Environment, name: string): string | undefined {
  return textOf(env, `OTEL_EXPORTER_OTLP_TRACES_${name}`) ?? textOf(env, `OTEL_EXPORTER_OTLP_${name}`);
}

function tlsOf(env: Environment): TlsFiles {
  const ca = otlp(env, "CERTIFICATE");
  const cert = otlp(env, "CLIENT_CERTIFICATE");
  const key = otlp(env, "CLIENT_KEY");
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

/** An address for all signals gets the path of traces, one for traces is taken as it is (OTLP exporter specification). */
function urlOf(told: string, isForTraces: boolean, problems: string[]): URL {
  if (!URL.canParse(told) || !/^https?:/iu.test(told)) {
    problems.push(`the endpoint is no http or https address; spans go to ${localReceiver}`);
    return new URL(`${localReceiver}/v1/traces`);
  }
  const url = new URL(told);
  if (!isForTraces && !/\/v1\/traces\/?$/u.test(url.pathname))
    url.pathname = `${url.pathname.replace(/\/$/u, "")}/v1/traces`;
  return url;
}

/** `name=value,name=value`, percent-encoded, as OpenTelemetry's variables have it. */
export function pairsOf(text = ""): Record<string, string> {
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
