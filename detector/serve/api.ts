import type { Handler } from "../ingest/ports.ts";
import type { ControlLog } from "../stream/control-feed.ts";
import type { PolicyReader } from "../store/policy-read.ts";
import type { StoreReader } from "../store/read.ts";
import { coverageRoutes } from "./coverage-routes.ts";
import { findingRoutes } from "./finding-routes.ts";
import { grantRoutes } from "./grant-routes.ts";
import { type HandlerOptions, routeHandler } from "./handler.ts";
import { policyRoutes } from "./policy-routes.ts";
import { ok, problem } from "./reply.ts";
import { responseRoutes } from "./response-routes.ts";
import type { Route } from "./route.ts";
import { verdictRoute } from "./verdict-route.ts";
import { type ServiceOptions, serviceRoutes } from "./service-routes.ts";
import { whyRoutes } from "./why-routes.ts";

export interface ApiOptions extends ServiceOptions, HandlerOptions {
  readonly reader: StoreReader;
  readonly policyReader: PolicyReader;
  readonly control: ControlLog;
  /** What is asked of, and added to, what people decided. */
  readonly policy: readonly Route[];
}

/**
 * The HTTP API: what analysts and tools ask, and what people decide. JSON in, JSON out; an error is
 * `{"error": sentence}`. Every question is answered for the tenant of the client that asks.
 */
export function apiHandler(options: ApiOptions): Handler {
  return routeHandler(
    [
      ...serviceRoutes(options),
      ...findingRoutes(options),
      verdictRoute(options),
      ...whyRoutes(options),
      ...storeRoutes(options),
      ...responseRoutes(options),
      ...grantRoutes(options),
      ...policyRoutes(options),
      ...coverageRoutes(options),
      ...options.policy,
    ],
    options,
  );
}

function storeRoutes({ reader }: ApiOptions): readonly Route[] {
  return [
    {
      method: "GET",
      path: "/v1/processes/:name",
      permission: "read",
      answer: async ({ client, params: { name = "" } }) => {
        const process = await reader.process(client.tenant, name);
        return process === undefined ? problem(404, `there is no process ${name}`) : ok({ process });
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
