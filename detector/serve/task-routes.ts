import { z } from "zod";
import { Task } from "../../schemas/index.ts";
import type { Clock } from "../clock.ts";
import { decidedBy } from "./decision.ts";
import type { FeedEntry, PolicyFeed } from "./policy-feed.ts";
import { ok, problem, readAs } from "./reply.ts";
import type { Route } from "./route.ts";

/** Tasks in one request. */
const tasksMax = 1_000;

const TaskRequest = z
  .strictObject({
    open: z.array(Task).max(tasksMax).default([]),
    close: z
      .array(z.strictObject({ id: z.string().min(1).max(256), reason: z.string().max(512).default("") }))
      .max(tasksMax)
      .default([]),
  })
  .refine(({ open, close }) => open.length + close.length > 0, {
    message: "name a task under open or close",
  });

const TaskQuery = z.strictObject({ state: z.enum(["open", "closed"]).default("open") });

/** What is being done and why: tasks open and close, and grants that hang on them with them. */
export function taskRoutes({
  feed,
  clock,
}: {
  readonly feed: PolicyFeed;
  readonly clock: Clock;
}): readonly Route[] {
  return [
    {
      method: "POST",
      path: "/v1/tasks",
      permission: "decide",
      answer: async ({ client, request }) => {
        const read = await readAs(request, TaskRequest);
        if (!read.ok) return read.reply;
        const { open, close } = read.value;
        await feed.refresh();
        const shelf = feed.shelf(client.tenant);
        const common = decidedBy(client, clock.nowMs());
        const opened = open.filter(
          (task) => JSON.stringify(openTask(shelf.task(task.id))) !== JSON.stringify(task),
        );
        // One that nobody opened may be closed: its opening may be on its way, and then it is over when it comes.
        const closed = close.filter(({ id }) => shelf.task(id).at(-1)?.record.kind !== "task_closed");
        await feed.append([
          ...opened.map((task) => ({ kind: "task_opened" as const, ...common, task })),
          ...closed.map(({ id, reason }) => ({
            kind: "task_closed" as const,
            ...common,
            taskId: id,
            reason,
          })),
        ]);
        const unchanged = open.length + close.length - opened.length - closed.length;
        const status = opened.length + closed.length > 0 ? 201 : 200;
        return { status, json: { opened: opened.length, closed: closed.length, unchanged } };
      },
    },
    {
      method: "GET",
      path: "/v1/tasks",
      permission: "read",
      answer: async ({ client, query }) => {
        const asked = TaskQuery.safeParse(query);
        if (!asked.success) return problem(400, z.prettifyError(asked.error));
        await feed.refresh();
        const all = feed
          .shelf(client.tenant)
          .tasks(clock.nowMs() * 1000)
          .flatMap((entries) => taskOf(entries) ?? []);
        return ok({ tasks: all.filter(({ state }) => state === asked.data.state) });
      },
    },
  ];
}

/** A task as it stands, and who said so last. */
interface TaskNow extends Partial<Task> {
  readonly state: "open" | "closed";
  readonly author: string;
  readonly atUs: number;
  readonly reason?: string;
}

/** The task that these entries say is open. */
export function openTask(entries: readonly FeedEntry[]): Task | undefined {
  const last = entries.at(-1)?.record;
  return last?.kind === "task_opened" ? last.task : undefined;
}

function taskOf(entries: readonly FeedEntry[]): TaskNow | undefined {
  const first = entries[0]?.record;
  const last = entries.at(-1)?.record;
  if (last?.kind !== "task_opened" && last?.kind !== "task_closed") return undefined;
  const task = first?.kind === "task_opened" ? first.task : {};
  const { author, atUs } = last;
  if (last.kind === "task_opened") return { ...task, state: "open", author, atUs };
  return { ...task, id: last.taskId, state: "closed", author, atUs, reason: last.reason };
}
