import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import { resourceFromAttributes } from "@opentelemetry/resources";
import {
  AggregationTemporality,
  AggregationType,
  InstrumentType,
  MeterProvider,
  MetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from "@opentelemetry/sdk-metrics";
import {
  type CounterName,
  counters,
  type GaugeName,
  gauges,
  type HistogramName,
  histograms,
  type RoleName,
  zeroSeries,
} from "./metrics.ts";

/** Words of a fixed set by label; never anything a sender chose. */
type Labels = Readonly<Record<string, string>>;

/** One value of a gauge that has several. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Where the parts of the service count and measure what they do. */
export interface Counters {
  /** Adds to a counter, by one unless told. */
  count(name: CounterName, labels?: Labels, by?: number): void;
  /** Notes one measured value, in the unit that the name ends with. */
  observe(name: HistogramName, value: number, labels?: Labels): void;
  /**
   * Names what is read whenever someone looks: a number, or one for each set of labels. What is not read any more is not
   * shown any more. A second gauge of the same name takes the first one's place.
   */
  gauge(name: GaugeName, read: () => number | readonly Sample[]): void;
}

/** The service's own numbers. */
export interface Telemetry extends Counters {
  /** All numbers in Prometheus' text format, for `/metrics`. */
  renderPrometheus(): Promise<string>;
  /** Sends what is left to a collector, if there is one. */
  stop(): Promise<void>;
}

export interface TelemetryOptions {
  /** A label of every number, so that one board serves all roles. */
  readonly role?: RoleName;
  readonly version?: string;
  /** Names this process among others of its role; told to a collector, while Prometheus knows it by its address. */
  readonly instance?: string;
  /** Where numbers are pushed as well, and how often. */
  readonly push?: { readonly exporter: PushMetricExporter; readonly intervalMs: number };
}

const stopWithinMs = 2_000;

/**
 * Numbers kept with the OpenTelemetry SDK.
 *
 * @example
 * const telemetry = createTelemetry({ role: "detect" });
 * telemetry.count("answerable_spans_total", { outcome: "action" }, 200);
 */
export function createTelemetry({ role, version, instance, push }: TelemetryOptions = {}): Telemetry {
  const reader = new PullReader();
  const serializer = new PrometheusSerializer(undefined, false, /^role$/u, true, true);
  const provider = new MeterProvider({
    resource: resourceFromAttributes({
      "service.name": "answerable",
      ...(version === undefined ? {} : { "service.version": version }),
      ...(instance === undefined ? {} : { "service.instance.id": instance }),
      ...(role === undefined ? {} : { role }),
    }),
    readers: push === undefined ? [reader] : [reader, pushReader(push)],
    views: Object.entries(histograms).map(([instrumentName, { buckets }]) => ({
      instrumentName,
      aggregation: { type: AggregationType.EXPLICIT_BUCKET_HISTOGRAM, options: { boundaries: [...buckets] } },
    })),
  });
  const meter = provider.getMeter("answerable");
  const counting = lazily((name: CounterName) =>
    meter.createCounter(name, { description: counters[name].help }),
  );
  const measuring = lazily((name: HistogramName) =>
    meter.createHistogram(name, { description: histograms[name].help }),
  );
  const reading = new Map<GaugeName, () => number | readonly Sample[]>();
  let rendering: Promise<string> | undefined;
  const render = async (): Promise<string> => {
    const { resourceMetrics } = await reader.collect();
    return serializer.serialize(resourceMetrics);
  };
  const telemetry: Telemetry = {
    count: (name, labels = {}, by = 1) => counting(name).add(by, labels),
    observe: (name, value, labels = {}) => measuring(name).record(value, labels),
    gauge(name, read) {
      const isNew = !reading.has(name);
      reading.set(name, read);
      if (!isNew) return;
      meter.createObservableGauge(name, { description: gauges[name].help }).addCallback((result) => {
        const now = reading.get(name)?.() ?? [];
        if (typeof now === "number") result.observe(now);
        else for (const { labels, value } of now) result.observe(value, labels);
      });
    },
    renderPrometheus() {
      // Two looks at once would share the gauges' values out between them.
      rendering ??= render().finally(() => {
        rendering = undefined;
      });
      return rendering;
    },
    // A collector that is away must not hold the program up.
    stop: () => provider.shutdown({ timeoutMillis: stopWithinMs }).catch(() => undefined),
  };
  if (role === undefined) return telemetry;
  for (const { name, labels } of zeroSeries(role)) telemetry.count(name, labels, 0);
  telemetry.gauge("process_resident_memory_bytes", () => process.memoryUsage.rss());
  telemetry.gauge("answerable_build_info", () => [{ labels: { version: version ?? "" }, value: 1 }]);
  return telemetry;
}

/** Hands out what was collected to whoever asks: our own server answers /metrics, not the exporter's. */
class PullReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: temporalityOf });
  }

  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

/**
 * Everything is counted from the start of the process. A gauge has no such thing, but the SDK would go on showing a series
 * that isn't observed any more, such as the lag of a partition that somebody else has now, unless it is asked for changes.
 */
function temporalityOf(type: InstrumentType): AggregationTemporality {
  return type === InstrumentType.OBSERVABLE_GAUGE
    ? AggregationTemporality.DELTA
    : AggregationTemporality.CUMULATIVE;
}

function pushReader({ exporter, intervalMs }: NonNullable<TelemetryOptions["push"]>): MetricReader {
  exporter.selectAggregationTemporality = temporalityOf;
  return new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis: intervalMs,
    exportTimeoutMillis: Math.min(intervalMs, 10_000),
  });
}

/** Instruments are made when they are first used. */
function lazily<Name extends string, Instrument>(
  make: (name: Name) => Instrument,
): (name: Name) => Instrument {
  const made = new Map<Name, Instrument>();
  return (name) => {
    const instrument = made.get(name) ?? make(name);
    made.set(name, instrument);
    return instrument;
  };
}
