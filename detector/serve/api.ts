import router from "find-my-way";
import type { IncomingMessage } from "node:http";
import { z } from "zod";
import { type ControlRecord, Grant, Severity } from "../../schemas/index.ts";
import type { Permission } from "../config/config.ts";
import { mayUse } from "../ingest/auth.ts";
import type { Client, Handler } from "../ingest/ports.ts";
import type { Log } from "../log.ts";
import type { StoreReader } from "../store/read.ts";
import { ok, problem, readJson, type Reply, sendReply } from "./reply.ts";

export interface ApiOptions {
  readonly reader: StoreReader;
  /** Appends to the control log; resolves with the position after the records. */
  readonly decide: (records: readonly ControlRecord[]) => Promise<number>;
  /** Why the service can't do its work now; undefined when it can. */
  readonly problem: () => Promise<string | undefined>;
  readonly metrics: () => Promise<string>;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** A request as the routes see it. */
interface Asked {
  readonly client: Client;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string>>;
  readonly request: IncomingMessage;
}

const methods = ["GET", "POST", "DELETE"] as const;

interface Route {
  readonly method: (typeof methods)[number];
  readonly path: string;
  /** What a client must be allowed to; undefined for what everybody may ask. */
  readonly permission?: Permission;
  readonly answer: (asked: Asked) => Promise<Reply>;
}

/** Findings in one answer, and grants in one request. */
const findingsMax = 1000;
const grantsMax = 10_000;
/** Longest id in a path; the id of a chain comes from its sender. */
const idCharsMax = 4096;

/**
 * The HTTP API: what analysts and tools ask, and what people decide. JSON in, JSON out; an error is
 * `{"error": sentence}`. Every question is answered for the tenant of the client that asks.
 */
export function apiHandler(options: ApiOptions): Handler {
  const routes = router({ maxParamLength: idCharsMax });
  for (const route of [...serviceRoutes(options), ...storeRoutes(options), ...grantRoutes(options)]) {
    routes.on(route.method, route.path, () => undefined, route);
  }
  return async (request, response, client) => {
    const [path = "/", search] = (request.url ?? "/").split("?", 2);
    const method = methods.find((one) => one === request.method);
    const found = method === undefined ? null : routes.find(method, path);
    const route: Route | undefined = found?.store;
    if (found === null || route === undefined) {
      sendReply(response, problem(404, `there is no ${request.method ?? "GET"} ${path}`));
      return;
    }
    const asked = {
      client,
      params: found.params,
      query: Object.fromEntries(new URLSearchParams(search)),
      request,
    };
    sendReply(response, await answered(route, asked, options.log));
  };
}

async function answered(route: Route, asked: Asked, log: Log): Promise<Reply> {
  const { permission } = route;
  if (permission !== undefined && !mayUse(asked.client, permission)) {
    return problem(
      403,
      `${asked.client.name} may not ${permission}; its entry in http.clients says what it may`,
    );
  }
  try {
    return await route.answer(asked);
  } catch (error) {
    log("error", "a request to the API failed", {
      path: route.path,
      reason: error instanceof Error ? error.message : "",
    });
    return problem(503, "the store can't be asked now; the service's log says why");
  }
}

function serviceRoutes(options: ApiOptions): readonly Route[] {
  return [
    { method: "GET", path: "/healthz", answer: async () => ({ status: 200, text: "ok\n" }) },
    {
      method: "GET",
      path: "/readyz",
      answer: async () => {
        const trouble = await options.problem().catch(() => "the store can't be reached");
        return trouble === undefined
          ? { status: 200, text: "ready\n" }
          : { status: 503, text: `${trouble}\n` };
      },
    },
    {
      method: "GET",
      path: "/metrics",
      permission: "read",
      answer: async () => ({ status: 200, text: await options.metrics() }),
    },
  ];
}

function storeRoutes({ reader }: ApiOptions): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/findings",
      permission: "read",
      answer: async ({ client, query }) => {
        const filter = FindingQuery.safeParse(query);
        if (!filter.success) return problem(400, z.prettifyError(filter.error));
        const { identity, severity, since, limit } = filter.data;
        const sinceUs = since === undefined ? 0 : Date.parse(since) * 1000;
        return ok({
          findings: await reader.findings({
            tenant: client.tenant,
            identityId: identity,
            minSeverity: severity,
            sinceUs,
            limit,
          }),
        });
      },
    },
    {
      method: "GET",
      path: "/v1/findings/:id",
      permission: "read",
      answer: async ({ client, params: { id = "" } }) => {
        const [finding, other] = /^[0-9a-f]{6,32}$/u.test(id) ? await reader.finding(client.tenant, id) : [];
        if (finding === undefined)
          return problem(404, `no finding has an id that begins with ${id} (6 to 32 hex digits)`);
        return other === undefined
          ? ok({ finding })
          : problem(409, `several findings have an id that begins with ${id}; give more digits`);
      },
    },
    {
      method: "GET",
      path: "/v1/chains/:id",
      permission: "read",
      answer: async ({ client, params: { id = "" } }) => {
        const chain = await reader.chain(client.tenant, id);
        return chain === undefined ? problem(404, `there is no chain ${id}`) : ok({ chain });
      },
    },
  ];
}

function grantRoutes({ decide, nowMs }: ApiOptions): readonly Route[] {
  // Who decides is who was authenticated; on loopback nobody was, and the record says so.
  const decision = (client: Client): { tenant: string; author: string; atUs: number } => ({
    tenant: client.tenant,
    author: client.name === "" ? "local" : client.name,
    atUs: nowMs() * 1000,
  });
  return [
    {
      method: "POST",
      path: "/v1/grants",
      permission: "decide",
      answer: async ({ client, request }) => {
        const read = await readJson(request);
        if (!read.ok) return read.reply;
        const body = GrantRequest.safeParse(read.json);
        if (!body.success) return problem(400, z.prettifyError(body.error));
        const { grants } = body.data;
        const position = await decide(
          grants.map((grant) => ({ kind: "grant_given", ...decision(client), grant })),
        );
        return { status: 201, json: { grants: grants.length, position } };
      },
    },
    {
      method: "DELETE",
      path: "/v1/grants/:id",
      permission: "decide",
      answer: async ({ client, params: { id = "" } }) =>
        ok({
          revoked: id,
          position: await decide([{ kind: "grant_revoked", ...decision(client), grantId: id }]),
        }),
    },
  ];
}

const FindingQuery = z.strictObject({
  identity: z.string().default(""),
  severity: Severity.default("info"),
  since: z.iso.datetime({ offset: true }).exactOptional(),
  limit: z.coerce.number().int().min(1).max(findingsMax).default(100),
});

const GrantRequest = z.strictObject({ grants: z.array(Grant).min(1).max(grantsMax) });
