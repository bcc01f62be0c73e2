/** Positions in the spans of a host that has an OpenTelemetry SDK of its own. */
import { context, ROOT_CONTEXT, SpanStatusCode, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CBaggagePropagator } from "@opentelemetry/core";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import { inject, runAs, start, tool } from "../../../../instrumentation/index.ts";
import { plantAll, type Position, worldOf } from "../../secrets/position.ts";

const world = worldOf(process.env);

const answerable = start();
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const providers = world.secrets.map(
  ({ told, secret }) =>
    new BasicTracerProvider({
      resource: resourceFromAttributes({
        "service.name": "host",
        "service.namespace": told,
        planted: secret,
        [secret]: secret,
      }),
    }),
);
trace.setGlobalTracerProvider(
  new BasicTracerProvider({ resource: resourceFromAttributes({ "service.name": "host" }) }),
);

const action = { "nhi.action.kind": "tool_call", "nhi.action.name": "otel.action" };

function spanned(
  name: string,
  make: (secret: string, nth: number) => void,
  leaves: Position["leaves"],
): Position {
  return { name, operation: "otel.action", leaves, plant: (secret, _, nth) => make(secret, nth) };
}

const tracer = trace.getTracer("host");

const positions: readonly Position[] = [
  spanned("otel.name", (secret) => tracer.startSpan(`GET ${secret}`, { attributes: action }).end(), true),
  spanned(
    "otel.attributes",
    (secret) => {
      const attributes = {
        [secret]: secret,
        "db.query.text": secret,
        "http.request.header.cookie": [secret],
        "exception.message": secret,
      };
      tracer.startSpan("x", { attributes: { ...action, ...attributes } }).end();
    },
    false,
  ),
  spanned(
    "otel.known-attributes",
    (secret) => {
      const attributes = {
        "url.full": secret,
        "http.url": `/${encodeURIComponent(secret)}`,
        "db.name": secret,
        "client.address": secret,
        "tls.client.subject": secret,
      };
      tracer.startSpan("x", { attributes: { ...action, ...attributes } }).end();
    },
    true,
  ),
  spanned(
    "otel.events",
    (secret) => {
      const span = tracer.startSpan("x", { attributes: action });
      span.addEvent(secret, { [secret]: secret });
      span.recordException({ name: secret, message: secret, stack: secret });
      span.end();
    },
    false,
  ),
  spanned(
    "otel.links",
    (secret) => {
      const linked = { traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 1 };
      tracer
        .startSpan("x", {
          attributes: action,
          links: [{ context: linked, attributes: { [secret]: secret } }],
        })
        .end();
    },
    false,
  ),
  spanned(
    "otel.status",
    (secret) => {
      const span = tracer.startSpan("x", { attributes: action });
      span.setStatus({ code: SpanStatusCode.ERROR, message: secret });
      span.end();
    },
    false,
  ),
  spanned(
    "otel.scope",
    (secret) => trace.getTracer(secret, secret).startSpan("x", { attributes: action }).end(),
    true,
  ),
  spanned(
    "otel.resource",
    (_, nth) => {
      const provider = providers[nth]!;
      trace.disable();
      trace.setGlobalTracerProvider(provider);
      trace.getTracer("host").startSpan("x", { attributes: action }).end();
    },
    true,
  ),
  {
    name: "otel.tracestate",
    operation: "otel.tracestate",
    leaves: false,
    plant: (secret) => {
      const state = `vendor=${encodeURIComponent(secret)}`;
      const traceState = {
        get: () => state,
        set: () => traceState,
        unset: () => traceState,
        serialize: () => state,
      };
      const parent = { traceId: "3".repeat(32), spanId: "4".repeat(16), traceFlags: 1, traceState };
      return context.with(trace.setSpanContext(ROOT_CONTEXT, parent), () =>
        runAs({ session: "otel.tracestate" }, () => tool("otel.tracestate", () => 1)()),
      );
    },
  },
  {
    name: "otel.baggage",
    operation: "otel.baggage",
    leaves: false,
    plant: (secret) => {
      const headers = { baggage: `${encodeURIComponent(secret)}=${encodeURIComponent(secret)}` };
      const getter = { get: (from: typeof headers) => from.baggage, keys: () => ["baggage"] };
      const outer = new W3CBaggagePropagator().extract(ROOT_CONTEXT, headers, getter);
      return context.with(outer, () => tool("otel.baggage", () => inject({}))());
    },
  },
];

await plantAll(positions, world);
await answerable.stop();
process.stdout.write(JSON.stringify(positions.map(({ name, operation }) => ({ name, operation }))));
