import router from "find-my-way";
import { z } from "zod";
import { Severity } from "../../schemas/index.ts";
import { mayUse } from "../ingest/auth.ts";
import type { Handler } from "../ingest/ports.ts";
import type { Log } from "../log.ts";
import type { ControlLog } from "../stream/control-feed.ts";
import type { StoreReader } from "../store/read.ts";
import { grantRoutes } from "./grant-routes.ts";
import { ok, problem, type Reply, sendReply } from "./reply.ts";
import { type Asked, methods, type Route } from "./route.ts";

export interface ApiOptions {
  readonly reader: StoreReader;
  readonly control: ControlLog;
  /** Why the service can't do its work now; undefined when it can. */
  readonly problem: () => Promise<string | undefined>;
  readonly metrics: () => Promise<string>;
  readonly nowMs: () => number;
  readonly log: Log;
}

/** Findings in one answer. */
const findingsMax = 1000;
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

const FindingQuery = z.strictObject({
  identity: z.string().default(""),
  severity: Severity.default("info"),
  since: z.iso.datetime({ offset: true }).exactOptional(),
  limit: z.coerce.number().int().min(1).max(findingsMax).default(100),
});
