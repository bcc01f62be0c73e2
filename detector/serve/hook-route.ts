import { createHash } from "node:crypto";
import type { ControlRecord } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import type { Counters } from "../telemetry.ts";
import { type HookMapping, readMessage, type TaskNews } from "./hook-mapping.ts";
import { HookMemory } from "./hook-memory.ts";
import { isSigned } from "./hook-signature.ts";
import type { PolicyFeed } from "./policy-feed.ts";
import { ok, problem, readBytes, type Reply } from "./reply.ts";
import type { Route } from "./route.ts";
import { openTask } from "./task-routes.ts";

/** A system whose messages open and close tasks. */
interface HookSource {
  readonly name: string;
  readonly tenant: string;
  readonly secret: string;
  readonly mapping: HookMapping;
}

export interface HookOptions {
  readonly feed: PolicyFeed;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly sources: readonly HookSource[];
}

/** Bytes of one message, and of all that are read at once: who sends is known only when all of it is here. */
const bodyBytesMax = 2 * 1024 * 1024;
const readingBytesMax = 32 * 1024 * 1024;
/** A message older than this is no news, whoever keeps it. */
const ageMaxMs = 3_600_000;
/** Clocks that go ahead of ours. */
const aheadMaxMs = 300_000;

/** `POST /v1/hooks/:source`: signed messages of other systems, as tasks. */
export function hookRoute({ feed, clock, counters, sources }: HookOptions): Route {
  const memory = new HookMemory();
  let reading = 0;
  const count = (outcome: "taken" | "ignored" | "repeated" | "late" | "refused"): void =>
    counters.count("answerable_hooks_total", { outcome });
  const refuse = (status: number, sentence: string): Reply => {
    count("refused");
    return problem(status, sentence);
  };
  const pass = (outcome: "ignored" | "repeated" | "late"): Reply => {
    count(outcome);
    return ok({ outcome });
  };

  async function take(source: HookSource, body: Buffer): Promise<Reply> {
    let json: unknown;
    try {
      json = JSON.parse(body.toString("utf8"));
    } catch {
      return refuse(400, "the body is not JSON; choose application/json where the webhook is set up");
    }
    const news = readMessage(source.mapping, json);
    if (news === undefined) return pass("ignored");
    if (typeof news === "string") return refuse(422, news);
    const nowMs = clock.nowMs();
    const task = `${source.tenant}\0${news.kind === "opened" ? news.task.id : news.taskId}`;
    const { atMs = nowMs } = news;
    if (atMs < nowMs - ageMaxMs || atMs > nowMs + aheadMaxMs || memory.isLate(task, atMs))
      return pass("late");
    const digest = createHash("sha256").update(`${source.name}\0`).update(body).digest("base64");
    if (!memory.take(digest)) return pass("repeated");
    try {
      await feed.refresh();
      const record = recordOf(feed, source, news, nowMs);
      if (record !== undefined) await feed.append([record]);
    } catch (error) {
      memory.forget(digest);
      throw error;
    }
    memory.note(task, atMs);
    count("taken");
    return ok({ outcome: "taken" });
  }

  return {
    method: "POST",
    path: "/v1/hooks/:source",
    answer: async ({ params, request }) => {
      const source = sources.find(({ name }) => name === params["source"]);
      if (source === undefined) return problem(404, "no webhook of this name is configured (setting hooks)");
      if (reading + bodyBytesMax > readingBytesMax)
        return {
          ...refuse(503, "too many messages are read now; send it again"),
          headers: { "retry-after": "5" },
        };
      reading += bodyBytesMax;
      try {
        const read = await readBytes(request, bodyBytesMax);
        if (!read.ok) return refuse(413, `a message has at most ${String(bodyBytesMax)} bytes`);
        const { signature } = source.mapping;
        if (!isSigned(read.body, request.headers[signature.header], signature, source.secret))
          return refuse(
            401,
            `the signature (${signature.header}) is not of this body and this webhook's secret`,
          );
        return await take(source, read.body);
      } finally {
        reading -= bodyBytesMax;
      }
    },
  };
}

/** Undefined for what stands already. */
function recordOf(
  feed: PolicyFeed,
  { name, tenant }: HookSource,
  news: TaskNews,
  nowMs: number,
): ControlRecord | undefined {
  const common = { tenant, author: `hook:${name}`, atUs: nowMs * 1000 };
  const shelf = feed.shelf(tenant);
  if (news.kind === "opened") {
    const isKnown = JSON.stringify(openTask(shelf.task(news.task.id))) === JSON.stringify(news.task);
    return isKnown ? undefined : { kind: "task_opened", ...common, task: news.task };
  }
  const { taskId, reason } = news;
  if (shelf.task(taskId).at(-1)?.record.kind === "task_closed") return undefined;
  return { kind: "task_closed", ...common, taskId, reason };
}
