import { z } from "zod";
import { Task } from "../../schemas/index.ts";

const Path = z.string().regex(/^[\w-]{1,64}(?:\.[\w-]{1,64}){0,7}$/u, "must be names with dots between them");
/** Text with `{path}` in it, each replaced by what the body has there. */
const Template = z.string().min(1).max(512);

const Rule = z
  .strictObject({
    when: z
      .array(
        z.strictObject({
          path: Path,
          is: z.array(z.string().max(256)).min(1).max(32).exactOptional().describe("Anything where absent."),
        }),
      )
      .min(1)
      .max(8),
    do: z.enum(["open", "close", "ignore"]),
    task: z
      .strictObject({
        id: Template,
        kind: z.string().min(1).max(64),
        title: Template.exactOptional(),
        url: Template.exactOptional(),
      })
      .exactOptional(),
    reason: Template.exactOptional(),
    at: z
      .strictObject({ path: Path, form: z.enum(["iso", "ms", "utc"]) })
      .exactOptional()
      .describe("When it happened: ISO 8601, milliseconds since 1970, or `2026-02-03 04:05:06` in UTC."),
  })
  .refine((rule) => rule.do === "ignore" || rule.task !== undefined, {
    message: "open and close need a task",
  });
type Rule = z.infer<typeof Rule>;

/** How the messages of another system become tasks: data, one file a system. The first rule that fits counts. */
export const HookMapping = z.strictObject({
  about: z.string().max(1024).default(""),
  signature: z.strictObject({
    header: z.string().regex(/^[a-z0-9-]{1,64}$/u, "must be the name of a header in small letters"),
    algorithm: z.literal("sha256").describe("HMAC over the body as it was sent."),
    encoding: z.enum(["hex", "base64"]),
    prefix: z.string().max(32).default(""),
  }),
  rules: z.array(Rule).min(1).max(64),
});
export type HookMapping = Readonly<z.infer<typeof HookMapping>>;

/** What a message says of a task. */
export type TaskNews =
  | { readonly kind: "opened"; readonly task: Task; readonly atMs: number | undefined }
  | {
      readonly kind: "closed";
      readonly taskId: string;
      readonly reason: string;
      readonly atMs: number | undefined;
    };

/** Reads a message; undefined when no rule fits, and a sentence when one fits that finds no task in it. */
export function readMessage({ rules }: HookMapping, body: unknown): TaskNews | string | undefined {
  const rule = rules.find(({ when }) =>
    when.every(({ path, is }) => {
      const value = textAt(body, path);
      return value !== undefined && (is === undefined || is.includes(value));
    }),
  );
  if (rule?.task === undefined || rule.do === "ignore") return undefined;
  const atMs = instantAt(body, rule.at);
  const id = filled(rule.task.id, body);
  if (id === undefined || id.length > taskIdCharsMax)
    return `the message has no task of the form ${rule.task.id}`;
  if (rule.do === "close")
    return { kind: "closed", taskId: id, reason: cut(filled(rule.reason ?? "", body)), atMs };
  const task = { id, kind: rule.task.kind, title: cut(filled(rule.task.title ?? "", body)) };
  const url = filled(rule.task.url ?? "", body);
  const whole = Task.safeParse({ ...task, url });
  // An address that is none is left out: a task is not refused for its looks.
  return { kind: "opened", task: whole.success ? whole.data : Task.parse(task), atMs };
}

const taskIdCharsMax = 256;
const titleCharsMax = 512;

const cut = (text: string | undefined): string => (text ?? "").slice(0, titleCharsMax);

/** Undefined when something that a template names is not there. */
function filled(template: string, body: unknown): string | undefined {
  let isWhole = true;
  const text = template.replaceAll(/\{([\w.-]+)\}/gu, (_, path: string) => {
    const value = textAt(body, path);
    if (value === undefined || value === "") isWhole = false;
    return value ?? "";
  });
  return isWhole && text !== "" ? text : undefined;
}

/** A text, number or truth at a path of a JSON value, as text. */
function textAt(body: unknown, path: string): string | undefined {
  let value = body;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = Reflect.get(value, key);
  }
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : undefined;
}

function instantAt(body: unknown, at: Rule["at"]): number | undefined {
  if (at === undefined) return undefined;
  const text = textAt(body, at.path) ?? "";
  const ms =
    at.form === "ms"
      ? Number(text === "" ? NaN : text)
      : Date.parse(at.form === "utc" ? `${text.replace(" ", "T")}Z` : text);
  return Number.isFinite(ms) ? ms : undefined;
}
