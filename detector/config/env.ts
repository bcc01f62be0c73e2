import { z } from "zod";
import { Config } from "./config.ts";
import { nearest } from "./suggest.ts";
import { envName, fitsEnv, leavesOf, pathText } from "./walk.ts";

export type Env = Readonly<Record<string, string | undefined>>;
export type Tree = Readonly<Record<string, unknown>>;

/**
 * Names of the same prefix that belong to the SDK or to the command line, or say where the file is; they are let alone,
 * with all that begins so.
 */
const others = [
  "AUDIENCE",
  "CHAIN",
  "CONFIG",
  "DISABLED",
  "ENDPOINT",
  "EXPORTER",
  "GRANT",
  "GUARD",
  "ID",
  "IDENTITY",
  "ISSUERS",
  "KEY",
  "KUBERNETES",
  "OWNER",
  "PROPAGATE",
  "REDACT",
  "SDK",
  "SPIFFE",
  "SPOOL",
  "TASK",
  "TENANT",
  "TOKEN",
];

/** What Kubernetes puts into the environment for a Service whose name begins with "answerable". */
const serviceLink =
  /^ANSWERABLE_(?:\w+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_\w+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_\w+)?)?)$/u;

const webhookNames = [
  "ANSWERABLE_WEBHOOK_URL",
  "ANSWERABLE_WEBHOOK_SECRET",
  "ANSWERABLE_WEBHOOK_SECRET_FILE",
];

const leaves = new Map(leavesOf(Config).map((leaf) => [envName(leaf.path), leaf]));

/** Lays the ANSWERABLE_* variables over what the file said; the environment wins. An empty variable counts as none. */
export function withEnv(file: Tree, env: Env): { readonly tree: Tree; readonly problems: readonly string[] } {
  const problems: string[] = [];
  let tree = file;
  for (const [name, value] of Object.entries(env).toSorted(byName)) {
    if (!name.startsWith("ANSWERABLE_") || value === undefined || value === "") continue;
    const leaf = leaves.get(name);
    if (leaf !== undefined && fitsEnv(leaf.kind)) tree = put(tree, leaf.path, coerce(value, leaf.kind));
    else if (leaf !== undefined)
      problems.push(`${name} can't be a variable; write ${pathText(leaf.path)} in the file`);
    else if (!isOfOthers(name) && !webhookNames.includes(name)) problems.push(unknownName(name));
  }
  const webhook = webhookOf(env);
  if (webhook !== undefined) tree = putWebhook(tree, webhook);
  else if (env["ANSWERABLE_WEBHOOK_SECRET"] || env["ANSWERABLE_WEBHOOK_SECRET_FILE"]) {
    problems.push("ANSWERABLE_WEBHOOK_SECRET is set without ANSWERABLE_WEBHOOK_URL; set both or none");
  }
  return { tree, problems };
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function isOfOthers(name: string): boolean {
  const rest = name.slice("ANSWERABLE_".length);
  return serviceLink.test(name) || others.some((other) => rest === other || rest.startsWith(`${other}_`));
}

function unknownName(name: string): string {
  const near = nearest(name, [...leaves.keys(), ...webhookNames]);
  return `${name} is not a setting${near === undefined ? "; answerable.yaml may hold what it was meant to say" : `; did you mean ${near}?`}`;
}

/** Text as the setting's own kind; what does not fit stays text, and the schema tells what it must be. */
function coerce(value: string, kind: z.ZodType): unknown {
  if (kind instanceof z.ZodNumber && /^-?\d{1,15}$/u.test(value.trim())) return Number(value);
  if (kind instanceof z.ZodBoolean && (value === "true" || value === "false")) return value === "true";
  if (!(kind instanceof z.ZodArray)) return value;
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

function put(tree: Tree, path: readonly string[], value: unknown): Tree {
  const [key = "", ...rest] = path;
  if (rest.length === 0) return { ...tree, [key]: value };
  const below = tree[key] ?? {};
  // Something else stands where the group belongs: it stays, so that the schema complains about it.
  return isTree(below) ? { ...tree, [key]: put(below, rest, value) } : tree;
}

function webhookOf(env: Env): Tree | undefined {
  const {
    ANSWERABLE_WEBHOOK_URL: url,
    ANSWERABLE_WEBHOOK_SECRET: secret,
    ANSWERABLE_WEBHOOK_SECRET_FILE: secretFile,
  } = env;
  return url
    ? { name: "default", url, ...(secret && { secret }), ...(secretFile && { secretFile }) }
    : undefined;
}

function putWebhook(tree: Tree, webhook: Tree): Tree {
  const alerts = tree["alerts"] ?? {};
  const webhooks = isTree(alerts) ? (alerts["webhooks"] ?? []) : undefined;
  if (!Array.isArray(webhooks)) return tree;
  const kept: readonly unknown[] = webhooks.filter(
    (one: unknown) => !isTree(one) || one["name"] !== webhook["name"],
  );
  return put(tree, ["alerts", "webhooks"], [...kept, webhook]);
}

/** Whether a value of YAML is a group. */
export function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
