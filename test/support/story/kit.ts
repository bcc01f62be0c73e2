/** What a story is told with: a real agent, people who decide, and the questions that are asked afterwards. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { RecordedAction, RunAs } from "../../../instrumentation/index.ts";
import type { Chain, Finding } from "../../../schemas/index.ts";
import { keyGroup } from "../../../detector/decode/index.ts";
import { produce } from "../kafka/records.ts";
import { until } from "../poll.ts";
import { repositoryRoot } from "../repository.ts";
import { protoRequest } from "../tool-calls.ts";
import { runVerb } from "../roles.ts";
import { answerable } from "../up.ts";
import { type Agent, startAgent } from "./agent.ts";
import type { StoryInstallation } from "./installation.ts";

/** An answer of the API. */
interface Answer {
  readonly status: number;
  readonly json: Record<string, unknown>;
}

/** What a person is asked. */
interface ApprovalAsked {
  readonly id: string;
  readonly identityId: string;
  readonly digest: string;
}

/** Something that an agent's tool calls, a database for example: it notes what reached it. */
interface Target {
  readonly url: string;
  readonly seen: readonly string[];
}

export interface Kit {
  /** The story's own form of a name, as all stories share an installation. */
  name(base: string): string;
  agent(id: string, kind?: string, env?: Readonly<Record<string, string>>): Agent;
  /** Runs a program with our register to its end; it must succeed. */
  run(file: string, env?: Readonly<Record<string, string>>): Promise<void>;
  target(): Promise<Target>;
  call(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<Answer>;
  /** The same, and it must succeed. */
  decide(path: string, body: unknown): Promise<Answer>;
  /** Runs `answerable <args>` against the installation, as a person at a terminal; it must succeed. */
  verb(...args: readonly string[]): Promise<string>;
  /** Gives grants, and waits until the detector knows them. */
  grant(...grants: readonly (Readonly<Record<string, unknown>> & { readonly id: string })[]): Promise<void>;
  rows<Row = Record<string, unknown>>(statement: string): Promise<readonly Row[]>;
  /** Waits for rows of a statement that are as many. */
  rowsOnce<Row = Record<string, unknown>>(count: number, statement: string): Promise<readonly Row[]>;
  /** Waits for a finding of this rule on this identity whose cause or title has this in it. */
  finding(rule: string, identity: string, part?: string): Promise<Finding>;
  findings(identity: string): Promise<readonly Finding[]>;
  /** Waits for a chain of at least so many actions; what it is made of is written after the actions themselves. */
  chain(id: string, actions: number): Promise<Chain>;
  /** Waits until a person is asked to approve something that this identity wants to do. */
  asked(identity: string): Promise<ApprovalAsked>;
  /** Waits for the webhook's message about the episode of a finding. */
  alert(finding: Finding): Promise<Record<string, unknown>>;
  /** Messages of the webhook about this identity, as far as they came. */
  alertsOf(identity: string): readonly Record<string, unknown>[];
  /** Credentials that their issuer was asked to revoke, and has. */
  readonly revoked: ReadonlySet<string>;
  /** Writes a record of `nhi.spans`, as a collector does. */
  record(record: Parameters<typeof produce>[2][number]): Promise<void>;
  /** Waits until the guard of an agent knows enough to say this of an action, or is off; nothing is done. Set-up. */
  heard(agent: Agent, action: RecordedAction, as?: RunAs, reason?: string): Promise<void>;
  /** Waits until this is so, without which the story can't go on but which it is not about. Set-up. */
  ready(what: string, look: () => Promise<boolean>): Promise<void>;
  /** Waits until this is so, which the story is about. */
  until<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T>;
  pause(ms: number): Promise<void>;
}

/** A story: throws where something doesn't hold that must. */
export interface Telling {
  /** Rules without which it doesn't hold; "guard" and "sdk" are those of its agents. */
  readonly rests: readonly string[];
  readonly tell: (kit: Kit) => Promise<void>;
}

/** Where a story could not even be begun, which says nothing of whether it holds. */
class SetUpError extends Error {}

/** As long as a loaded machine may need, whatever the patience for what a story is about. */
const setUpMs = 15_000;

async function ready(what: string, look: () => Promise<boolean>): Promise<void> {
  try {
    await until(what, look, setUpMs);
  } catch (error) {
    throw new SetUpError(`set-up: ${(error as Error).message}`);
  }
}

let nudges = 0;

/** An action of somebody whom no story is about. */
function nudge(): Parameters<Kit["record"]>[0] {
  const identityId = "agent:bystander";
  const group = keyGroup("default", identityId);
  const headers = { "nhi-key-group": group, "nhi-key-groups": "1024", "nhi-tenant": "default" };
  const ordinal = 900_000_000 + (nudges += 1);
  return { key: group, headers, value: protoRequest([{ identityId, ordinal, startMs: Date.now() }]) };
}

/** Tells a story, with what its agents have switched off; whatever it started is stopped afterwards. */
export async function tellStory(
  { kafka, url, webhook, issuer, agentEnv: usual }: StoryInstallation,
  id: string,
  { tell }: Telling,
  { patienceMs, off = {} }: { readonly patienceMs: number; readonly off?: Readonly<Record<string, string>> },
): Promise<void> {
  // What is switched off wins over what a story asks for.
  const around = (env: Readonly<Record<string, string>>) => ({ ...usual, ...env, ...off });
  const stops: (() => Promise<void>)[] = [];
  const wait: Kit["until"] = (what, look) => until(what, look, patienceMs);
  const call: Kit["call"] = async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    return {
      status: response.status,
      json: text.startsWith("{") ? (JSON.parse(text) as Answer["json"]) : { text },
    };
  };
  const decide: Kit["decide"] = async (path, body) => {
    const answer = await call("POST", path, body);
    if (answer.status >= 300)
      throw new Error(`${path} answered ${String(answer.status)}: ${JSON.stringify(answer.json)}`);
    return answer;
  };
  const findings = async (identity: string): Promise<readonly Finding[]> =>
    (await call("GET", `/v1/findings?identity=${encodeURIComponent(identity)}`)).json[
      "findings"
    ] as Finding[];
  const messages = () =>
    webhook.delivered.map(({ body }) => (JSON.parse(body) as { data: Record<string, unknown> }).data);
  const kit: Kit = {
    name: (base) => `${base}.${id.toLowerCase()}`,
    agent(identity, kind = "ai_agent", env = {}) {
      const agent = startAgent({ id: identity, kind, owner: "team:story", env: around(env) });
      stops.push(() => agent.stop());
      return agent;
    },
    async run(file, env = {}) {
      const path = join(repositoryRoot, file);
      const { err, code } = await answerable([path], around(env), "--import=answerable/register");
      if (code !== 0) throw new Error(`${file} ended with ${String(code)}: ${err}`);
    },
    async target() {
      const seen: string[] = [];
      const server = createServer((request, response) => {
        seen.push(request.url ?? "");
        response.writeHead(204).end();
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      stops.push(async () => {
        server.closeAllConnections();
        server.close();
      });
      return { url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`, seen };
    },
    call,
    decide,
    async verb(...args) {
      const { code, out, err } = await runVerb([...args, "--url", url], {});
      if (code !== 0) throw new Error(`answerable ${args.join(" ")} ended with ${String(code)}: ${err}`);
      return out;
    },
    async grant(...grants) {
      await decide("/v1/grants", { grants });
      const ids = grants.map((one) => `'${one.id}'`).join(", ");
      await ready("the detector knows the grants", async () => {
        const known = await kafka.query(`SELECT grant_id FROM v_grants WHERE grant_id IN (${ids})`);
        // The control log is read where there is something to judge.
        if (known.length < grants.length) await kit.record(nudge());
        return known.length === grants.length;
      });
    },
    rows: (statement) => kafka.query(statement),
    async rowsOnce<Row>(count: number, statement: string) {
      return wait(`${String(count)} rows of ${statement}`, async () => {
        const rows = await kafka.query<Row>(statement);
        return rows.length >= count ? rows : undefined;
      });
    },
    finding: (rule, identity, part = "") =>
      wait(`${rule} on ${identity} with ${part}`, async () =>
        (await findings(identity)).find(
          (one) => one.rule === rule && `${one.cause} ${one.title}`.includes(part),
        ),
      ),
    findings,
    chain: (chainId, actions) =>
      wait(`chain ${chainId} with ${String(actions)} actions`, async () => {
        const { status, json } = await call("GET", `/v1/chains/${encodeURIComponent(chainId)}`);
        if (status !== 200) return undefined;
        const chain = json["chain"] as Chain;
        return chain.links.filter(({ kind }) => kind === "action").length >= actions ? chain : undefined;
      }),
    asked: (identity) =>
      wait(`an approval that ${identity} asks for`, async () => {
        const { json } = await call("GET", "/v1/approvals?state=asked");
        return (json["approvals"] as readonly ApprovalAsked[]).find((one) => one.identityId === identity);
      }),
    alert: ({ episodeId }) =>
      wait(`a message about episode ${episodeId}`, () =>
        messages().find((data) => data["episodeId"] === episodeId),
      ),
    alertsOf: (identity) => messages().filter((data) => data["identityId"] === identity),
    revoked: issuer.revoked,
    record: (record) => produce(kafka.brokers, kafka.topics.spans, [record]),
    heard: (agent, action, as = {}, reason = "granted") =>
      ready(`the guard of ${agent.id} says ${reason}`, async () =>
        ["guard_off", reason].includes((await agent.act(action, as, { isQuestion: true })).reason ?? ""),
      ),
    ready,
    until: wait,
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
  try {
    await tell(kit);
  } finally {
    await Promise.all(stops.map((stop) => stop()));
  }
}
