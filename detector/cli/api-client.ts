import { z } from "zod";
import {
  Baseline,
  Chain,
  Explanation,
  Finding,
  Grant,
  Response as PlaybookResponse,
  type Standing,
  type StandingSubject,
} from "../../schemas/index.ts";
import { type PolicyClient, policyClient } from "./policy-client.ts";

/** The API of a running service, as the verbs of the command line use it. */
export interface ApiClient extends PolicyClient {
  findings(query: Readonly<Record<string, string>>): Promise<readonly Finding[]>;
  finding(id: string): Promise<Finding>;
  /** Why it was found, out of what is stored now. */
  why(id: string): Promise<Explanation>;
  /** What is known of an identity. */
  baseline(identityId: string): Promise<Baseline>;
  /** Takes what a finding is about for good, whatever the session. */
  acceptFinding(id: string, comment: string): Promise<Accepted>;
  /** Says what a finding was. */
  judgeFinding(id: string, verdict: string, comment: string): Promise<Judged>;
  chain(id: string): Promise<Chain>;
  responses(query: Readonly<Record<string, string>>): Promise<readonly ShownResponse[]>;
  setStanding(subject: StandingSubject, standing: Standing, reason: string): Promise<void>;
  grants(): Promise<readonly StandingGrant[]>;
  revokeGrant(id: string): Promise<void>;
}

const StandingGrant = z.object({ grant: Grant, author: z.string(), givenAtUs: z.number() });
/** A grant that stands, with who gave this version of it and when. */
export type StandingGrant = z.infer<typeof StandingGrant>;

const Accepted = z.object({ identityId: z.string(), rule: z.string(), cause: z.string() });
/** Behaviour of an identity that a person took for good. */
type Accepted = Readonly<z.infer<typeof Accepted>>;

const Judged = z.object({
  findingId: z.string(),
  verdict: z.string(),
  identityId: z.string(),
  rule: z.string(),
});
/** What a person said that a finding was. */
type Judged = Readonly<z.infer<typeof Judged>>;

const ShownResponse = PlaybookResponse.extend({ lagMs: z.number() });
/** A response, with how long after the log took the action it was set. */
export type ShownResponse = Readonly<z.infer<typeof ShownResponse>>;

const Refusal = z.object({ error: z.string() });

/** Asks the API; what it answers is checked, and a refusal is thrown as its sentence. */
export type Ask = <T>(method: string, path: string, schema: z.ZodType<T>, body?: unknown) => Promise<T>;

/**
 * @param url where `answerable up` or `answerable serve` listens.
 * @param token for a service that demands one; never printed.
 */
export function askApi(url: string, token: string | undefined): Ask {
  if (!/^https?:\/\/[^/]/u.test(url) || !URL.canParse(url))
    throw new Error(`--url is ${url}; it must be an address such as http://127.0.0.1:4318`);
  return async (method, path, schema, body) => {
    const response = await reach(url, path, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json().catch(() => undefined);
    if (!response.ok) {
      const refusal = Refusal.safeParse(answer);
      throw new Error(
        refusal.success ? refusal.data.error : `${url}${path} answered ${String(response.status)}`,
      );
    }
    const read = schema.safeParse(answer);
    if (!read.success)
      throw new Error(
        `${url}${path} answered something else than this program understands; is it of the same version?`,
      );
    return read.data;
  };
}

/** The questions and decisions about findings, chains and grants, over `ask`. */
export function apiClient(url: string, token: string | undefined): ApiClient {
  const ask = askApi(url, token);
  return {
    ...policyClient(ask),
    findings: async (query) => {
      const search = new URLSearchParams(query).toString();
      const { findings } = await ask(
        "GET",
        `/v1/findings?${search}`,
        z.object({ findings: z.array(Finding) }),
      );
      return findings;
    },
    finding: async (id) =>
      (await ask("GET", `/v1/findings/${encodeURIComponent(id)}`, z.object({ finding: Finding }))).finding,
    why: async (id) => {
      const path = `/v1/findings/${encodeURIComponent(id)}/why`;
      return (await ask("GET", path, z.object({ explanation: Explanation }))).explanation;
    },
    baseline: async (identityId) => {
      const path = `/v1/identities/${encodeURIComponent(identityId)}`;
      return (await ask("GET", path, z.object({ baseline: Baseline }))).baseline;
    },
    acceptFinding: async (id, comment) => {
      const path = `/v1/findings/${encodeURIComponent(id)}/accept`;
      return (await ask("POST", path, z.object({ accepted: Accepted }), { comment })).accepted;
    },
    judgeFinding: async (id, verdict, comment) => {
      const path = `/v1/findings/${encodeURIComponent(id)}/verdict`;
      return (await ask("POST", path, z.object({ given: Judged }), { verdict, comment })).given;
    },
    chain: async (id) =>
      (await ask("GET", `/v1/chains/${encodeURIComponent(id)}`, z.object({ chain: Chain }))).chain,
    responses: async (query) => {
      const search = new URLSearchParams(query).toString();
      const schema = z.object({ responses: z.array(ShownResponse) });
      return (await ask("GET", `/v1/responses?${search}`, schema)).responses;
    },
    setStanding: async (subject, standing, reason) =>
      void (await ask("POST", "/v1/standing", z.unknown(), { subject, standing, reason })),
    grants: async () => {
      const { grants } = await ask("GET", "/v1/grants", z.object({ grants: z.array(StandingGrant) }));
      return grants;
    },
    revokeGrant: async (id) =>
      void (await ask("DELETE", `/v1/grants/${encodeURIComponent(id)}`, z.object({ revoked: z.string() }))),
  };
}

async function reach(url: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(new URL(path, url), init);
  } catch (error) {
    throw new Error(
      `nothing answers at ${url}; is \`answerable up\` (or \`answerable serve\`) running? --url names another address`,
      { cause: error },
    );
  }
}
