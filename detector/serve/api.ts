import { getRequestListener } from "@hono/node-server";
import { type Context, Hono } from "hono";
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { type ControlRecord, Grant, Severity } from "../../schemas/index.ts";
import type { Permission } from "../config/config.ts";
import { mayUse } from "../ingest/auth.ts";
import type { Client, Handler } from "../ingest/ports.ts";
import type { Log } from "../log.ts";
import type { StoreReader } from "../store/read.ts";

export interface ApiOptions {
  readonly reader: StoreReader;
  /** Appends to the control log. */
  readonly decide: (records: readonly ControlRecord[]) => Promise<number>;
  /** Why the service can't do its work now; undefined when it can. */
  readonly problem: () => Promise<string | undefined>;
  readonly metrics: () => Promise<string>;
  readonly nowMs: () => number;
  readonly log: Log;
}

type Env = { Bindings: { readonly client: Client } };

/** Findings in one answer, and grants in one request. */
const findingsMax = 1000;
const grantsMax = 10_000;

/** The HTTP API: what analysts and tools ask, and what people decide. JSON in, JSON out; errors are `{"error": sentence}`. */
export function apiHandler(options: ApiOptions): Handler {
  const app = new Hono<Env>();
  app.get("/healthz", (c) => c.text("ok\n"));
  app.get("/readyz", async (c) => {
    const problem = await options.problem();
    return problem === undefined ? c.text("ready\n") : c.text(`${problem}\n`, 503);
  });
  app.get("/metrics", async (c) => permitted(c, "read", async () => c.text(await options.metrics())));
  findingRoutes(app, options);
  grantRoutes(app, options);
  app.notFound((c) => c.json({ error: `there is nothing at ${c.req.path}` }, 404));
  app.onError((error, c) => {
    options.log("error", "a request to the API failed", { path: c.req.path, reason: error.message });
    return c.json({ error: "the store can't be asked now; the log says why" }, 503);
  });
  const clients = new WeakMap<IncomingMessage, Client>();
  const listener = getRequestListener((request, { incoming }) =>
    app.fetch(request, { client: clients.get(incoming as IncomingMessage) }),
  );
  return async (request, response, client) => {
    clients.set(request, client);
    await listener(request, response);
  };
}

function findingRoutes(app: Hono<Env>, { reader }: ApiOptions): void {
  app.get("/v1/findings", (c) =>
    permitted(c, "read", async () => {
      const filter = FindingQuery.safeParse(c.req.query());
      if (!filter.success) return c.json({ error: z.prettifyError(filter.error) }, 400);
      const { identity, severity, since, limit } = filter.data;
      const findings = await reader.findings({
        tenant: c.env.client.tenant,
        identityId: identity,
        minSeverity: severity,
        sinceUs: since === undefined ? 0 : Date.parse(since) * 1000,
        limit,
      });
      return c.json({ findings });
    }),
  );
  app.get("/v1/findings/:id{[0-9a-f]{6,32}}", (c) =>
    permitted(c, "read", async () => {
      const [finding, other] = await reader.finding(c.env.client.tenant, c.req.param("id"));
      if (finding === undefined) return c.json({ error: `no finding has an id that begins with ${c.req.param("id")}` }, 404);
      if (other !== undefined) return c.json({ error: "several findings have an id that begins so; give more digits" }, 409);
      return c.json({ finding });
    }),
  );
  app.get("/v1/chains/:id", (c) =>
    permitted(c, "read", async () => {
      const chain = await reader.chain(c.env.client.tenant, c.req.param("id"));
      return chain === undefined ? c.json({ error: `there is no chain ${c.req.param("id")}` }, 404) : c.json({ chain });
    }),
  );
}

function grantRoutes(app: Hono<Env>, { decide, nowMs }: ApiOptions): void {
  app.post("/v1/grants", (c) =>
    permitted(c, "decide", async () => {
      const body = GrantRequest.safeParse(await c.req.json().catch(() => undefined));
      if (!body.success) return c.json({ error: z.prettifyError(body.error) }, 400);
      const common = decision(c, nowMs());
      const position = await decide(body.data.grants.map((grant) => ({ kind: "grant_given", ...common, grant })));
      return c.json({ grants: body.data.grants.length, position }, 201);
    }),
  );
  app.delete("/v1/grants/:id", (c) =>
    permitted(c, "decide", async () => {
      const record: ControlRecord = { kind: "grant_revoked", ...decision(c, nowMs()), grantId: c.req.param("id") };
      return c.json({ revoked: c.req.param("id"), position: await decide([record]) });
    }),
  );
}

const FindingQuery = z.strictObject({
  identity: z.string().default(""),
  severity: Severity.default("info"),
  since: z.iso.datetime({ offset: true }).exactOptional(),
  limit: z.coerce.number().int().min(1).max(findingsMax).default(100),
});

const GrantRequest = z.strictObject({ grants: z.array(Grant).min(1).max(grantsMax) });

/** Who decides is who was authenticated; on loopback nobody is, and the record says so. */
function decision(c: Context<Env>, nowMs: number): { readonly tenant: string; readonly author: string; readonly atUs: number } {
  const { name, tenant } = c.env.client;
  return { tenant, author: name === "" ? "local" : name, atUs: nowMs * 1000 };
}

async function permitted(c: Context<Env>, permission: Permission, work: () => Promise<Response>): Promise<Response> {
  if (mayUse(c.env.client, permission)) return work();
  return c.json({ error: `${c.env.client.name} may not ${permission}; its entry in http.clients says what it may` }, 403);
}
