import type { IdentityKind } from "../../schemas/index.ts";
import { principal } from "../identity/aws.ts";
import { fitText, isObject, textAt, valueAt, type Claims } from "../identity/claims.ts";
import { githubJobs } from "../identity/github.ts";
import { gitlabJobs } from "../identity/gitlab.ts";
import { serviceAccountId } from "../identity/kubernetes.ts";
import { kindOf } from "../identity/static.ts";
import { spiffeId } from "../identity/svid.ts";

/** One who has a part in what a token allows. */
export interface Party {
  readonly id: string;
  readonly kind: IdentityKind;
}

/** Most hops that a chain tells. */
const hopsMax = 8;
const unnamed: Party = { id: "unknown", kind: "unknown" };

export interface TokenChain {
  /** Root principal first, acting identity last; of more than 8 hops the root and the last 7. */
  readonly hops: readonly Party[];
  /** How many there are. */
  readonly depth: number;
}

/**
 * The delegation that a token's claims tell: its subject, then the actors of RFC 8693, of which the innermost `act` acted
 * first, then the workloads of a transaction token (`req_wl`). Without actors, the client that a person's token was
 * issued to acts for the person.
 */
export function chainOf(claims: Claims, realm?: string): TokenChain {
  const issuer = textAt(claims, "iss");
  const actors = actorsOf(claims).map((actor) => actorOf(actor, textAt(actor, "iss") ?? issuer));
  const client = clientOf(claims, issuer);
  const root = rootOf(claims, client, realm);
  const between = actors.length === 0 && client !== undefined && root.kind === "human" ? [client] : actors;
  const all = [root, ...between, ...workloadsOf(claims, issuer)].filter(isNew);
  const hops = all.length <= hopsMax ? all : [root, ...all.slice(1 - hopsMax)];
  return { hops, depth: all.length };
}

/** Whether a hop is another than the one before it. Two without a name are not known to be one. */
function isNew({ id }: Party, at: number, hops: readonly Party[]): boolean {
  return id === unnamed.id || id !== hops[at - 1]?.id;
}

/** Innermost first. A token is short, so its nesting is bounded, but nobody is called once for each level. */
function actorsOf(claims: Claims): readonly Claims[] {
  const actors: Claims[] = [];
  let actor = valueAt(claims, "act");
  while (isObject(actor)) {
    actors.push(actor);
    actor = valueAt(actor, "act");
  }
  return actors.toReversed();
}

function rootOf(claims: Claims, client: Party | undefined, realm: string | undefined): Party {
  const subject = textAt(claims, "sub");
  const job = githubJobs.read(claims) ?? gitlabJobs.read(claims);
  if (job !== undefined) return { id: job.id, kind: "ci_job" };
  if (client !== undefined && (subject === undefined || isClientsOwn(claims, subject))) return client;
  if (subject === undefined) return unnamed;
  const name = fitText(`user:${realm === undefined ? "" : `${realm}/`}${subject}`);
  return workloadOf(subject) ?? (name === undefined ? unnamed : { id: name, kind: "human" });
}

/** Whether nobody stands behind the client: RFC 9068 says so by the subject, others by claims of their own. */
function isClientsOwn(claims: Claims, subject: string): boolean {
  return (
    subject === clientIdOf(claims) ||
    textAt(claims, "gty") === "client-credentials" ||
    textAt(claims, "idtyp") === "app" ||
    textAt(claims, "preferred_username")?.startsWith("service-account-") === true
  );
}

function clientOf(claims: Claims, issuer: string | undefined): Party | undefined {
  const id = clientIdOf(claims);
  return id === undefined ? undefined : (workloadOf(id) ?? clientNamed(id, issuer));
}

function clientIdOf(claims: Claims): string | undefined {
  const names = ["client_id", "azp", "cid", "appid"];
  return names.map((name) => textAt(claims, name)).find((id) => id !== undefined);
}

function actorOf(actor: Claims, issuer: string | undefined): Party {
  const id = textAt(actor, "sub") ?? clientIdOf(actor);
  return id === undefined ? unnamed : actorNamed(id, issuer);
}

function workloadsOf(claims: Claims, issuer: string | undefined): readonly Party[] {
  const value = valueAt(claims, "req_wl");
  const list: readonly unknown[] = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return list.map(fitText).map((id) => (id === undefined ? unnamed : actorNamed(id, issuer)));
}

/** An issuer vouches for its actors, so one of our own ids counts as it is; what is a person's choice, as `sub`, does not. */
function actorNamed(id: string, issuer: string | undefined): Party {
  const kind = kindOf(id);
  return workloadOf(id) ?? (kind === "unknown" ? (clientNamed(id, issuer) ?? unnamed) : { id, kind });
}

function clientNamed(id: string, issuer: string | undefined): Party | undefined {
  const name = fitText(issuer === undefined ? `svc:${id}` : `oauth:${issuer}#${id}`);
  return name === undefined
    ? undefined
    : { id: name, kind: issuer === undefined ? "workload" : "oauth_client" };
}

/** A name that says by its form that a workload bears it. */
function workloadOf(name: string): Party | undefined {
  const account = serviceAccountId(name);
  if (account !== undefined) return { id: account, kind: "service_account" };
  if (name.startsWith("arn:")) return principal(name);
  const id = spiffeId(name);
  return id === undefined ? undefined : { id, kind: "workload" };
}
