import type { ActionKind } from "../../schemas/index.ts";
import { type Endpoint, endpointOf } from "../endpoint.ts";
import { type Environment, textOf } from "../environment.ts";

/** What happens to an action that nothing fresh is known of: it runs, or it doesn't. */
export type FailMode = "open" | "closed";

/** What `start({ guard })` may be told; what is left out comes from the environment, then from a default. */
export interface GuardOptions {
  /** off: nothing is decided. shadow: decided and told, and everything runs. enforce: what is denied doesn't run. */
  readonly mode?: "off" | "shadow" | "enforce";
  /** For all kinds of action, or for some of them by name. */
  readonly fail?: FailMode | Readonly<Partial<Record<ActionKind | "default", FailMode>>>;
  /** Address of the service that is asked; the receiver of spans, unless told. */
  readonly endpoint?: string;
  /** Sent with every request to an `endpoint` of its own. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For how long what was told counts once nothing is heard any more. */
  readonly snapshotMaxAgeMs?: number;
  /** How long a call that can wait does so, for what is not known yet of its identity. */
  readonly budgetMs?: number;
  /** The same before anything was told. */
  readonly readyMs?: number;
  /** How long a call that can wait does so, for a person. */
  readonly askWaitMs?: number;
}

export interface GuardSettings {
  readonly isEnforced: boolean;
  readonly failOf: (kind: ActionKind) => FailMode;
  /** Where the service is; its address ends with a slash. */
  readonly endpoint: Endpoint;
  readonly snapshotMaxAgeMs: number;
  readonly budgetMs: number;
  readonly readyMs: number;
  readonly askWaitMs: number;
}

const defaults = { snapshotMaxAgeMs: 30_000, budgetMs: 5, readyMs: 1000, askWaitMs: 120_000 };
const modes: ReadonlySet<string> = new Set(["off", "shadow", "enforce"]);

/** Undefined where the guard is off, which it is unless somebody says otherwise. */
export function guardSettingsOf(
  options: GuardOptions,
  receiver: Endpoint,
  env: Environment,
  problems: string[],
): GuardSettings | undefined {
  const mode = options.mode ?? textOf(env, "ANSWERABLE_GUARD") ?? "off";
  if (!modes.has(mode)) {
    problems.push("the guard's mode is none of off, shadow and enforce; it is in shadow");
  }
  if (mode === "off") return undefined;
  const waits: { -readonly [Name in keyof typeof defaults]: number } = { ...defaults };
  for (const name of ["snapshotMaxAgeMs", "budgetMs", "readyMs", "askWaitMs"] as const) {
    const told: unknown = options[name];
    if (told === undefined) continue;
    if (typeof told === "number" && Number.isInteger(told) && told > 0 && told <= waitMost)
      waits[name] = told;
    else problems.push(`guard.${name} is no whole number from 1 to ${waitMost}; ${defaults[name]} holds`);
  }
  return {
    isEnforced: mode === "enforce",
    failOf: failOf(options.fail ?? textOf(env, "ANSWERABLE_GUARD_FAIL"), problems),
    endpoint: serviceOf(options, receiver, env, problems),
    ...waits,
  };
}

/** A timer of Node that is set for longer fires at once. */
const waitMost = 2 ** 31 - 1;

function failOf(told: unknown, problems: string[]): GuardSettings["failOf"] {
  const named = typeof told === "object" && told !== null ? Object.entries(told) : [["default", told]];
  const modeOf = new Map<unknown, FailMode>();
  for (const [kind, mode] of named) {
    if (mode === "open" || mode === "closed") modeOf.set(kind, mode);
    else if (mode !== undefined) {
      // Who wrote something meant to be strict: nobody writes down what holds anyway.
      problems.push(`guard.fail (${String(kind)}) is neither open nor closed; it is closed`);
      modeOf.set(kind, "closed");
    }
  }
  const other = modeOf.get("default") ?? "open";
  return (kind) => modeOf.get(kind) ?? other;
}

function serviceOf(
  { endpoint: told, headers }: GuardOptions,
  receiver: Endpoint,
  env: Environment,
  problems: string[],
): Endpoint {
  const own = told ?? textOf(env, "ANSWERABLE_GUARD_ENDPOINT");
  // An address of its own gets nothing that was meant for another receiver.
  const from =
    own === undefined ? receiver : endpointOf({ endpoint: own, ...(headers && { headers }) }, env, problems);
  const url = new URL(from.url);
  url.pathname = /\/v1\/traces\/?$/u.test(url.pathname) ? url.pathname.replace(/v1\/traces\/?$/u, "") : "/";
  url.search = "";
  return { ...from, url: url.href };
}
