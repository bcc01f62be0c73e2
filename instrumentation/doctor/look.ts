import { SpanKind, TraceFlags } from "@opentelemetry/api";
import { OwnSpan } from "../action/own-span.ts";
import { environment } from "../environment.ts";
import { currentInstalled } from "../installed.ts";
import { randomHex } from "../random.ts";
import { currentRuntime, type Runtime } from "../runtime.ts";
import { type Settings, settingsOf } from "../settings.ts";
import { wrappers } from "../wrappers/index.ts";
import { apiCopies, installedVersion } from "./api-copies.ts";
import { askFor } from "./ask.ts";
import type { Facts, Library, Probe, SeenIdentity } from "./facts.ts";
import { librariesOf } from "./libraries.ts";
import { isTracing } from "./tracing.ts";

const sdkPackages = ["sdk-node", "sdk-trace-node", "sdk-trace", "sdk-trace-base"];
const dayMs = 24 * 60 * 60 * 1000;

/** All but the libraries, which are loaded last, as nobody knows what they do then. */
export async function look(folder: string): Promise<Facts> {
  const runtime = currentRuntime();
  const settings = settingsOf({}, environment());
  await runtime?.ready;
  const { exporter } = settings;
  return {
    versions: {
      node: process.versions.node,
      answerable: installedVersion(folder, "answerable"),
      api: installedVersion(folder, "@opentelemetry/api"),
      sdk: sdkPackages.flatMap((name) => {
        const version = installedVersion(folder, `@opentelemetry/${name}`);
        return version === undefined ? [] : [{ name: `@opentelemetry/${name}`, version }];
      }),
    },
    apiCopies: apiCopies(folder),
    isTracing: await isTracing(folder),
    isOn: runtime !== undefined,
    problems: settings.problems,
    identity: runtime && identityOf(runtime),
    tried: runtime?.search()?.tried ?? [],
    exporter: { kind: typeof exporter === "string" ? exporter : "other", to: runtime?.sink.name ?? "" },
    probe: runtime && (await probe(runtime, settings)),
    libraries: [],
  };
}

export const lookAtLibraries = (folder: string): Promise<readonly Library[]> =>
  librariesOf(folder, wrappers, currentInstalled());

function identityOf(runtime: Runtime): SeenIdentity | undefined {
  const resource = runtime.resource();
  const id = runtime.identity()?.id ?? resource["nhi.identity.id"];
  if (typeof id !== "string") return undefined;
  const kind = String(runtime.identity()?.kind ?? resource["nhi.identity.kind"] ?? "unknown");
  return { id, kind, source: String(resource["nhi.attribution.source"] ?? "static_config") };
}

/** Sends one span, which is no action, down the way that all take, and asks for it. */
async function probe(runtime: Runtime, settings: Settings): Promise<Probe> {
  const context = { traceId: randomHex(16), spanId: randomHex(8), traceFlags: TraceFlags.NONE };
  const span = { name: "answerable doctor", kind: SpanKind.INTERNAL, attributes: {} };
  new OwnSpan(span, { context, parent: undefined }, runtime.clock, runtime.spans).end();
  const before = runtime.counts();
  await runtime.flush();
  const { trouble } = runtime.sink;
  const isTaken = runtime.counts().sent > before.sent;
  const { low, high } = runtime.queue.dropped;
  const identity = identityOf(runtime)?.id;
  const isAsked = isTaken && trouble === undefined && settings.exporter === "otlp";
  const asked = isAsked
    ? await askFor({
        tracesUrl: settings.endpoint.url,
        headers: settings.endpoint.headers,
        process: String(runtime.resource()["service.instance.id"]),
        identity,
        sinceMs: runtime.clock.nowMs() - dayMs,
      })
    : ({ answer: "not_asked" } as const);
  return { isTaken, trouble, asked, dropped: low + high };
}
