import router from "find-my-way";
import { mayUse } from "../ingest/auth.ts";
import type { Handler } from "../ingest/ports.ts";
import type { Log } from "../log.ts";
import { problem, type Reply, sendReply } from "./reply.ts";
import { type Asked, methods, type Route } from "./route.ts";

export interface HandlerOptions {
  readonly nowMs: () => number;
  readonly log: Log;
  /** Told of each answer: the route as it is written (`/v1/chains/:id`), the status, and how long it took. */
  readonly onAnswered: (route: string, status: number, seconds: number) => void;
}

/** Longest id in a path; the id of a chain comes from its sender. */
const idCharsMax = 4096;

/** Answers requests by routes; what no route takes is answered 404. */
export function routeHandler(list: readonly Route[], options: HandlerOptions): Handler {
  const { nowMs, log, onAnswered } = options;
  const routes = router({ maxParamLength: idCharsMax });
  for (const route of list) routes.on(route.method, route.path, () => undefined, route);
  return async (request, response, client) => {
    const startedAtMs = nowMs();
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
    const reply = await answered(route, asked, log);
    onAnswered(route.path, reply.status, (nowMs() - startedAtMs) / 1000);
    sendReply(response, reply);
  };
}

async function answered(route: Route, asked: Asked, log: Log): Promise<Reply> {
  const needed = route.permission === undefined ? [] : [route.permission].flat();
  if (needed.length > 0 && !needed.some((one) => mayUse(asked.client, one))) {
    return problem(
      403,
      `${asked.client.name} may not ${needed.join(" or ")}; its entry in http.clients says what it may`,
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
