import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import type { PushMetricExporter } from "@opentelemetry/sdk-metrics";
import type { Log } from "./log.ts";

type Env = Readonly<Record<string, string | undefined>>;

const defaultIntervalMs = 60_000;

/**
 * Where our numbers are pushed, as OpenTelemetry's own variables say: nowhere unless OTEL_METRICS_EXPORTER names `otlp`, or
 * is not set and an OTLP endpoint is. The exporter itself reads the endpoint, headers, timeouts and certificates.
 */
export function otlpPush(
  env: Env,
  log: Log,
): { readonly exporter: PushMetricExporter; readonly intervalMs: number } | undefined {
  if (env["OTEL_SDK_DISABLED"] === "true" || !isWanted(env)) return undefined;
  const protocol = env["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] || env["OTEL_EXPORTER_OTLP_PROTOCOL"];
  if (protocol !== undefined && protocol !== "" && protocol !== "http/protobuf")
    log("warn", "metrics are sent as OTLP http/protobuf; the protocol asked for is not spoken here", {
      protocol,
    });
  const asked = Number(env["OTEL_METRIC_EXPORT_INTERVAL"]);
  const intervalMs = Number.isInteger(asked) && asked > 0 ? asked : defaultIntervalMs;
  return { exporter: toldOf(new OTLPMetricExporter(), log), intervalMs };
}

function isWanted(env: Env): boolean {
  const exporters = env["OTEL_METRICS_EXPORTER"];
  if (exporters) return exporters.split(",").some((one) => one.trim() === "otlp");
  return Boolean(env["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] || env["OTEL_EXPORTER_OTLP_ENDPOINT"]);
}

/** Says when exports begin to fail and when they work again; the SDK would keep both to itself. */
function toldOf(exporter: PushMetricExporter, log: Log): PushMetricExporter {
  let isFailing = false;
  return {
    export: (metrics, done) =>
      exporter.export(metrics, (result) => {
        const failed = result.error !== undefined;
        // The message alone: the error holds the request, and with it the headers that prove who we are.
        if (failed && !isFailing)
          log("warn", "metrics can't be exported and are tried again", {
            reason: result.error?.message ?? "",
          });
        if (!failed && isFailing) log("info", "metrics are exported again");
        isFailing = failed;
        done(result);
      }),
    forceFlush: () => exporter.forceFlush(),
    shutdown: () => exporter.shutdown(),
  };
}
