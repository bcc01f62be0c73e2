import type { Attributes } from "@opentelemetry/api";
import type { Environment } from "../environment.ts";
import type { ActingIdentity } from "../scope/scope.ts";
import type { Tokens } from "../scope/token-now.ts";
import { aroundProcess } from "./around.ts";
import type { Reference } from "./credential.ts";
import { findIdentity, type Search } from "./index.ts";
import type { FoundIdentity } from "./source.ts";
import type { TokenVerifier } from "./verifier.ts";

/** Who this process is. */
export interface Self {
  /** Undefined while it is looked for, and when nothing was found. */
  readonly identity: () => ActingIdentity | undefined;
  /** What the resource of its spans says; the same object until something was found. */
  readonly attributes: () => Attributes;
  /** What was tried; undefined while it is. */
  readonly search: () => Search | undefined;
  readonly tokens: Tokens;
  /** Resolves when it was found, or was looked for long enough. Never rejects. */
  readonly ready: Promise<void>;
}

export interface SelfOptions {
  /** What the host says of itself; nothing is looked for then. */
  readonly told: ActingIdentity | undefined;
  readonly env: Environment;
  readonly nowMs: () => number;
  readonly reference: Reference | undefined;
  /** How long `ready` waits. */
  readonly withinMs: number;
  readonly onProblem: (problem: string) => void;
}

/** Looks for who this process is, in the background. */
export function findSelf({ told, env, nowMs, reference, withinMs, onProblem }: SelfOptions): Self {
  let identity = told;
  let attributes: Attributes =
    told === undefined ? {} : { ...identityAttributes(told), ...source("static_config") };
  let search: Search | undefined;
  let verifier: TokenVerifier | undefined;

  async function look(): Promise<void> {
    const { around, problems } = await aroundProcess({ env, nowMs, ...(reference && { reference }) });
    verifier = around.verify;
    for (const problem of problems) onProblem(problem);
    if (told !== undefined) return;
    search = await findIdentity(around);
    if (search.found === undefined) return;
    identity = search.found;
    attributes = attributesOf(search.found);
  }

  return {
    identity: () => identity,
    attributes: () => attributes,
    search: () => search,
    tokens: { verifier: () => verifier, reference },
    ready: atMost(withinMs, look()),
  };
}

function attributesOf(found: FoundIdentity): Attributes {
  const { credential } = found;
  return {
    ...found.attributes,
    ...identityAttributes(found),
    ...source(found.source),
    ...(credential && { "nhi.credential.id": credential.id, "nhi.credential.type": credential.type }),
  };
}

function identityAttributes({ id, kind, owner }: ActingIdentity): Attributes {
  return {
    "nhi.identity.id": id,
    "nhi.identity.kind": kind,
    ...(owner !== undefined && { "nhi.identity.owner": owner }),
  };
}

const source = (name: string): Attributes => ({ "nhi.attribution.source": name });

async function atMost(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
    timer.unref();
  });
  await Promise.race([work.catch(() => undefined), late]);
  clearTimeout(timer);
}
