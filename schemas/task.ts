import { z } from "zod";

/**
 * Why something is being done: a ticket, a change window, a build, a deploy. Grants hang on it (`conditions.task`), and end with it.
 *
 * @example
 * const change = Task.parse({ id: "CHG0030052", kind: "change", title: "Upgrade the payments database" });
 */
export const Task = z.strictObject({
  id: z.string().min(1).max(256).describe("As the actions name it in nhi.task.id."),
  kind: z.string().min(1).max(64).describe("ticket, change, build, deploy, incident, …"),
  title: z.string().max(512).default(""),
  url: z
    .url({ protocol: /^https?$/u })
    .max(2048)
    .exactOptional(),
});
export type Task = Readonly<z.infer<typeof Task>>;
