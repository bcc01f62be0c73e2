import { approvalRoutes } from "../serve/approval-routes.ts";
import type { LinkSettings } from "../serve/approval-link.ts";
import { guardRoute } from "../serve/guard-route.ts";
import { hookRoute } from "../serve/hook-route.ts";
import { linkRoutes } from "../serve/link-routes.ts";
import { policyEvents } from "../serve/policy-events.ts";
import { openPolicyFeed } from "../serve/policy-feed.ts";
import { ok } from "../serve/reply.ts";
import type { Route } from "../serve/route.ts";
import { standingRoutes } from "../serve/standing-routes.ts";
import { endsSoonUs, suppressionRoutes } from "../serve/suppression-routes.ts";
import { taskRoutes } from "../serve/task-routes.ts";
import type { Database } from "../store/clickhouse.ts";
import { hiddenBySuppressions } from "../store/hidden.ts";
import { shadowReport } from "../store/shadow-report.ts";
import type { ControlLog } from "../stream/control-feed.ts";
import type { Context } from "./context.ts";
import { decisionQueue } from "./decision-queue.ts";
import { hookMapping } from "./package-files.ts";
import { openPeers } from "./peers.ts";
import { project } from "./project.ts";

/** Both logs of what was decided. */
export interface PolicyLogs {
  readonly control: ControlLog;
  readonly standings: ControlLog;
}

/** What a service offers of them. */
export interface PolicyService {
  readonly routes: readonly Route[];
  /** Ends the streams of guards, so that a server that waits for its requests has none to wait for. */
  stop(): Promise<void>;
}

/** Follows both logs, and answers guards, people and other systems about them. */
export async function openPolicy(
  context: Context,
  database: Database,
  { control, standings }: PolicyLogs,
): Promise<PolicyService> {
  const { config, clock, log, telemetry } = context;
  const sources = config.hooks.map(({ name, tenant, mapping, secret = "" }) => ({
    name,
    tenant,
    secret,
    mapping: hookMapping(mapping),
  }));
  const feed = await openPolicyFeed({ control, standings, clock, log });
  const decisions = decisionQueue(context, database);
  const peers = openPeers(context, database, feed);
  const events = policyEvents({
    feed,
    clock,
    counters: telemetry,
    // The others are for those who send and ask.
    streamsMax: Math.ceil(config.http.connectionsMax / 2),
  });
  const projections = [
    project(context, database, control, "control"),
    project(context, database, standings, "standings"),
  ];
  telemetry.gauge("answerable_suppressions_ending", () => {
    const nowUs = clock.nowMs() * 1000;
    const standing = feed.book.all().flatMap(({ suppressions }) => suppressions.standing(nowUs));
    return standing.filter(({ endUs }) => endUs - nowUs <= endsSoonUs).length;
  });
  const approving = { feed, clock, links: linksOf(context) };
  return {
    routes: [
      events.route,
      guardRoute({ feed, clock, onDecided: (decision) => decisions.add(decision) }),
      hookRoute({ feed, clock, counters: telemetry, sources }),
      ...taskRoutes({ feed, clock }),
      ...standingRoutes({ feed, clock }),
      ...suppressionRoutes({ feed, clock, hid: (tenant) => hiddenBySuppressions(database, tenant) }),
      ...approvalRoutes(approving),
      ...linkRoutes(approving),
      ...peers.routes,
      {
        method: "GET",
        path: "/v1/shadow-report",
        permission: "read",
        answer: async ({ client }) => ok({ report: await shadowReport(database, client.tenant) }),
      },
    ],
    async stop() {
      events.stop();
      await peers.stop();
      for (const end of projections) end();
      feed.stop();
      await decisions.stop();
    },
  };
}

function linksOf({ config }: Context): LinkSettings | undefined {
  const { baseUrl, linkSecret } = config.approvals;
  if (baseUrl === undefined || linkSecret === undefined) return undefined;
  return { baseUrl: baseUrl.replace(/\/+$/u, ""), secret: linkSecret };
}
