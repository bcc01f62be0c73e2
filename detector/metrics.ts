/**
 * Every number the program shows of itself, by kind. Names follow Prometheus: a prefix, base units last, `_total` for
 * what only grows. A name that is not here can't be counted, shown on the board in deploy/grafana or documented.
 */

/** The long-running roles. */
export type RoleName = "up" | "process" | "detect" | "serve" | "alert";

interface Metric {
  readonly roles: readonly RoleName[];
  readonly help: string;
  /** By label: the words it can hold, where they are few and known; else what it holds. Never anything a sender chose. */
  readonly labels?: Readonly<Record<string, readonly string[] | string>>;
}

const all: readonly RoleName[] = ["up", "process", "detect", "serve", "alert"];
const http: readonly RoleName[] = ["up", "serve"];
const detecting: readonly RoleName[] = ["up", "detect"];
const sending: readonly RoleName[] = ["up", "alert"];
const reason = "why, a word of a fixed set";
const perPartition = { topic: "a topic of ours", partition: "its number" };
const directions = ["in", "out"];

export const counters = {
  answerable_requests_total: {
    roles: http,
    help: "HTTP requests answered.",
    labels: { code: "HTTP status" },
  },
  answerable_requests_refused_total: {
    roles: http,
    help: "HTTP requests refused before their content was looked at, or turned away (busy, in_flight).",
    labels: { reason },
  },
  answerable_requests_unreadable_total: {
    roles: ["up"],
    help: "Requests refused whole because they are not OTLP or break a limit of the whole.",
    labels: { reason },
  },
  answerable_request_bytes_total: {
    roles: http,
    help: "Bytes of request bodies read.",
    labels: { kind: ["wire", "inflated"] },
  },
  answerable_spans_received_total: {
    roles: ["up"],
    help: "Spans in the readable requests that were answered: accepted + rejected + shed.",
  },
  answerable_spans_accepted_total: {
    roles: ["up"],
    help: "Spans whose sender was told that they are stored.",
  },
  answerable_spans_rejected_total: {
    roles: ["up"],
    help: "Spans rejected one by one; their sender was told why.",
    labels: { reason },
  },
  answerable_spans_shed_total: {
    roles: ["up"],
    help: "Spans whose sender was asked to come again: queue_full, the store is behind; failed, it could not be written.",
    labels: { reason: ["queue_full", "failed"] },
  },
  answerable_shed_requests_total: {
    roles: ["up"],
    help: "Requests in order whose sender was asked to come again, for want of room.",
    labels: { reason: ["store_away", "queue_soft", "client_share", "in_flight", "queue_full"] },
  },
  answerable_shed_bytes_total: {
    roles: ["up"],
    help: "Bytes that those requests announced; what spans they held nobody knows without decoding them.",
    labels: { reason: ["store_away", "queue_soft", "client_share", "in_flight", "queue_full"] },
  },
  answerable_process_records_total: {
    roles: ["process"],
    help: "Records read from the raw topic and written to the span topic.",
    labels: { direction: directions },
  },
  answerable_process_bytes_total: {
    roles: ["process"],
    help: "Bytes of values of those records.",
    labels: { direction: directions },
  },
  answerable_process_spans_total: {
    roles: ["process"],
    help: "Spans in readable records of the raw topic, and passed on: in = out + rejected spans.",
    labels: { direction: directions },
  },
  answerable_process_rejected_spans_total: {
    roles: ["process"],
    help: "Spans that went to the dead letters one by one.",
    labels: { reason },
  },
  answerable_process_rejected_records_total: {
    roles: ["process"],
    help: "Records that went to the dead letters whole; how many spans they held nobody can tell.",
    labels: { reason },
  },
  answerable_detect_accepted_records_total: {
    roles: detecting,
    help: "Records of the span log in chunks that are stored.",
  },
  answerable_detect_accepted_spans_total: {
    roles: detecting,
    help: "Spans in those records, an unreadable record counting as one, those held back once they are not: the sum of answerable_spans_total.",
  },
  answerable_spans_total: {
    roles: detecting,
    help: "How accepted spans ended: action (stored), no_action, duplicate, dead_lettered.",
    labels: { outcome: ["action", "no_action", "duplicate", "dead_lettered"] },
  },
  answerable_unadmitted_actions_total: {
    roles: detecting,
    help: "Stored actions that were neither learned from nor compared, as their source brought more new identities than identities.newPerHourMax.",
  },
  answerable_dead_letters_total: {
    roles: detecting,
    help: "Dead letters of stored chunks; their sum is the outcome dead_lettered.",
    labels: { reason },
  },
  answerable_lost_records_total: {
    roles: ["process", "detect"],
    help: "Records that a topic let go of before they were read.",
    labels: { topic: "a topic of ours" },
  },
  answerable_refused_batches_total: {
    roles: ["process", "detect"],
    help: "Batches of a Kafka producer that could not be unpacked, or not within the limit.",
    labels: { reason },
  },
  answerable_responses_total: {
    roles: detecting,
    help: "Answers of playbooks to findings that were stored, dry runs among them.",
    labels: { kind: "watch, pause, revoke, require_approval or shrink_grant" },
  },
  answerable_findings_total: { roles: detecting, help: "Findings stored, hidden ones among them." },
  answerable_hidden_findings_total: {
    roles: detecting,
    help: "Findings stored that a suppression or a storm of their rule kept quiet.",
    labels: { by: ["suppression", "storm"] },
  },
  answerable_peer_rounds_total: {
    roles: http,
    help: "Rounds in which a tenant's identities were grouped anew.",
    labels: { outcome: ["done", "failed"] },
  },
  answerable_peer_limited_total: {
    roles: http,
    help: "What a round of grouping left out to stay within a limit: memberships, which wait for the next round, and groups.",
    labels: { limit: ["memberships", "groups"] },
  },
  answerable_integrity_findings_total: {
    roles: sending,
    help: "Findings about lost spans and doubled processes that were stored, those that changed counted again.",
    labels: { rule: ["telemetry-gap", "telemetry-silent", "telemetry-clone"] },
  },
  answerable_integrity_forgotten_total: {
    roles: sending,
    help: "What was let go of to stay within a limit: processes, numbers of one, findings that can still change.",
    labels: { limit: ["processes", "ranges", "ranges_of_life", "lives", "findings"] },
  },
  answerable_policy_streams_cut_total: {
    roles: http,
    help: "Streams of guards that were not served: slow, the reader took too little; too_many, no more were open to it.",
    labels: { reason: ["slow", "too_many"] },
  },
  answerable_hooks_total: {
    roles: http,
    help: "Messages of other systems: taken (a task was opened or closed, or was so already), ignored (no rule fits), repeated, late (older than an hour, or than what is known), refused.",
    labels: { outcome: ["taken", "ignored", "repeated", "late", "refused"] },
  },
  answerable_decisions_dropped_total: {
    roles: http,
    help: "Decisions of POST /v1/guard that were answered and not stored, as too many waited for the store.",
  },
  answerable_revocation_attempts_total: {
    roles: sending,
    help: "Attempts to have a credential revoked that were recorded.",
    labels: {
      hook: "its name in the settings",
      outcome:
        "revoked, failed (tried again), abandoned, or skipped as it is not for this hook or does not count",
    },
  },
  answerable_alert_attempts_total: {
    roles: sending,
    help: "Attempts to deliver an alert that were recorded.",
    labels: {
      destination: "its name in the settings",
      outcome: "delivered, failed (tried again) or abandoned",
    },
  },
} as const satisfies Readonly<Record<string, Metric>>;

export const gauges = {
  answerable_build_info: {
    roles: all,
    help: "1; its label says which version runs.",
    labels: { version: "of the package" },
  },
  process_resident_memory_bytes: { roles: all, help: "Resident memory of the process." },
  answerable_event_loop_delay_max_seconds: {
    roles: all,
    help: "Longest time for which the event loop was not there since the last look.",
  },
  answerable_http_connections: { roles: http, help: "Open HTTP connections." },
  answerable_policy_streams: { roles: http, help: "Guards that are told of each decision as it is made." },
  answerable_suppressions_ending: {
    roles: http,
    help: "Suppressions of all tenants that end within a day.",
  },
  answerable_in_flight_bytes: { roles: http, help: "Bytes of request bodies in memory, inflated." },
  answerable_waiting_bytes: { roles: ["up"], help: "Bytes of spans waiting to be stored." },
  answerable_consumer_lag_records: {
    roles: ["process", "detect"],
    help: "Records of a partition that are not done yet: end of the log minus position, looked up every five seconds.",
    labels: perPartition,
  },
  answerable_checkpoint_age_seconds: {
    roles: detecting,
    help: "Seconds since this process saved a position of the partition; of a quiet partition it only grows.",
    labels: perPartition,
  },
  answerable_state_identities: {
    roles: detecting,
    help: "Identities whose state is held.",
    labels: perPartition,
  },
  answerable_held_actions: {
    roles: detecting,
    help: "Actions that were read and wait, for chunk.windowMs or, behind a lower number, twice that at most, for what may still come before them.",
    labels: perPartition,
  },
  answerable_state_bytes: { roles: detecting, help: "Their states, packed.", labels: perPartition },
  answerable_integrity_processes: {
    roles: sending,
    help: "Processes whose numbers are followed.",
  },
  answerable_integrity_look_age_seconds: {
    roles: sending,
    help: "Seconds since numbers were last looked at, by this process; of one that is not the active one it only grows.",
  },
  answerable_alert_pending: {
    roles: sending,
    help: "Alerts that a destination was neither told of nor given up for, one an episode.",
    labels: { destination: "its name in the settings" },
  },
  answerable_alert_pending_age_seconds: {
    roles: sending,
    help: "Seconds since the event of the oldest of them; 0 when none is pending.",
    labels: { destination: "its name in the settings" },
  },
} as const satisfies Readonly<Record<string, Metric>>;

export const histograms = {
  answerable_chunk_duration_seconds: {
    roles: detecting,
    help: "From planning a chunk to its saved position, attempts that failed included.",
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  },
  answerable_http_request_duration_seconds: {
    roles: http,
    help: "From a request's headers to its answer; /v1/traces takes until the spans are stored.",
    labels: { route: "a path of the API, ids as :id", code: "HTTP status" },
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
} as const satisfies Readonly<Record<string, Metric & { readonly buckets: readonly number[] }>>;

export type CounterName = keyof typeof counters;
export type GaugeName = keyof typeof gauges;
export type HistogramName = keyof typeof histograms;

/** What a role counts from its start on: a counter that stands at 0 can be told from one that is missing. */
export function zeroSeries(
  role: RoleName,
): readonly { readonly name: CounterName; readonly labels: Readonly<Record<string, string>> }[] {
  return Object.entries<Metric>(counters).flatMap(([name, metric]) => {
    if (!isCounter(name)) return [];
    if (!metric.roles.includes(role)) return [];
    const [label, ...more] = Object.entries(metric.labels ?? {});
    if (label === undefined) return [{ name, labels: {} }];
    const [key, words] = label;
    // A label whose words aren't known beforehand has no series before its first event.
    if (typeof words === "string" || more.length > 0) return [];
    return words.map((word) => ({ name, labels: { [key]: word } }));
  });
}

function isCounter(name: string): name is CounterName {
  return Object.hasOwn(counters, name);
}
