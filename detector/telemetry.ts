import { PrometheusExporter, PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { MeterProvider } from "@opentelemetry/sdk-metrics";

/** Where the parts of the service count what they do. */
export interface Counters {
  /** Adds to a counter, by one unless told; labels come from a fixed set of words, never from a sender. */
  count(name: string, labels?: Readonly<Record<string, string>>, by?: number): void;
  /** Names a number that is read whenever someone looks. A second gauge of the same name takes the first one's place. */
  gauge(name: string, read: () => number, help: string): void;
}

/** The service's own numbers. */
export interface Telemetry extends Counters {
  /** All numbers in Prometheus' text format, for `/metrics`. */
  renderPrometheus(): Promise<string>;
}

/** Numbers kept with the OpenTelemetry SDK; `help` holds a sentence for each counter. */
export function createTelemetry(help: Readonly<Record<string, string>> = {}): Telemetry {
  // The exporter is used for its reader alone: our own server answers /metrics.
  const reader = new PrometheusExporter({ preventServerStart: true });
  const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  const meter = new MeterProvider({ readers: [reader] }).getMeter("answerable");
  const counters = new Map<string, ReturnType<typeof meter.createCounter>>();
  const gauges = new Map<string, () => number>();
  return {
    count(name, labels = {}, by = 1) {
      let counter = counters.get(name);
      if (counter === undefined) {
        counter = meter.createCounter(name, { description: help[name] ?? words(name) });
        counters.set(name, counter);
      }
      counter.add(by, labels);
    },
    gauge(name, read, description) {
      const isNew = !gauges.has(name);
      gauges.set(name, read);
      if (!isNew) return;
      meter
        .createObservableGauge(name, { description })
        .addCallback((result) => result.observe(gauges.get(name)?.() ?? 0));
    },
    async renderPrometheus() {
      const { resourceMetrics } = await reader.collect();
      return serializer.serialize(resourceMetrics);
    },
  };
}

/** `answerable_requests_refused_total` as "requests refused": better than no help at all. */
function words(name: string): string {
  return name
    .replace(/^answerable_/u, "")
    .replace(/_total$/u, "")
    .replaceAll("_", " ");
}
