import { z } from "zod";
import { Grant, PolicyFile } from "../../schemas/index.ts";
import type { Ask } from "./api-client.ts";

const Applied = z.object({
  given: z.number(),
  unchanged: z.number(),
  kinds: z.record(z.string(), z.number()),
  warnings: z.array(z.object({ grantId: z.string(), kind: z.string(), sentence: z.string() })),
});
export type Applied = z.infer<typeof Applied>;

const Change = z.object({
  identityId: z.string(),
  operation: z.string(),
  before: z.string(),
  after: z.string(),
  verdictBefore: z.string(),
  verdictAfter: z.string(),
  actions: z.number(),
  example: z.string(),
});
/** Actions of one identity and operation that a policy would judge otherwise. */
export type Change = z.infer<typeof Change>;

const TestPage = z.object({
  changes: z.array(Change),
  otherChanges: z.number(),
  judged: z.number(),
  allowed: z.object({ before: z.number(), after: z.number() }),
  left: z.number(),
  next: z.string().exactOptional(),
});
export type TestPage = z.infer<typeof TestPage>;

const Coverage = z.object({
  identityId: z.string(),
  identityKind: z.string(),
  actions: z.number(),
  granted: z.number(),
  ungranted: z.number(),
  lastAtUs: z.number(),
  uncovered: z.array(z.tuple([z.string(), z.string(), z.number()])),
});
/** How far one identity's actions are covered. */
export type Coverage = z.infer<typeof Coverage>;

const Suggestion = z.object({
  identityId: z.string(),
  actions: z.number(),
  grants: z.array(Grant.omit({ approver: true })),
  notes: z.array(z.string()),
});
export type Suggestion = z.infer<typeof Suggestion>;

const Version = z.object({
  position: z.number(),
  author: z.string(),
  atUs: z.number(),
  event: z.enum(["given", "revoked"]),
  grant: Grant.exactOptional(),
});
/** One thing that was decided about a grant. */
export type Version = z.infer<typeof Version>;

/** Under which circumstances a file is given. */
interface ApplyOptions {
  readonly force: boolean;
  readonly ifVersion: string | undefined;
}

/** The API of a running service as far as it is about policies. */
export interface PolicyClient {
  applyPolicy(policy: PolicyFile, options: ApplyOptions): Promise<Applied>;
  policy(): Promise<PolicyFile>;
  testPolicy(policy: PolicyFile, query: Readonly<Record<string, string>>): Promise<TestPage>;
  coverage(query: Readonly<Record<string, string>>): Promise<readonly Coverage[]>;
  suggest(query: Readonly<Record<string, string>>): Promise<Suggestion>;
  versions(grantId: string): Promise<readonly Version[]>;
}

const search = (query: Readonly<Record<string, string>>): string => new URLSearchParams(query).toString();

export function policyClient(ask: Ask): PolicyClient {
  return {
    applyPolicy: (policy, { force, ifVersion }) => {
      const query = { force: String(force), ...(ifVersion === undefined ? {} : { ifVersion }) };
      return ask("POST", `/v1/policy?${search(query)}`, Applied, policy);
    },
    policy: async () => (await ask("GET", "/v1/policy", z.object({ policy: PolicyFile }))).policy,
    testPolicy: (policy, query) => ask("POST", `/v1/policy/test?${search(query)}`, TestPage, policy),
    coverage: async (query) =>
      (await ask("GET", `/v1/coverage?${search(query)}`, z.object({ identities: z.array(Coverage) })))
        .identities,
    suggest: async (query) =>
      (await ask("GET", `/v1/grants/suggest?${search(query)}`, z.object({ suggestion: Suggestion })))
        .suggestion,
    versions: async (id) =>
      (
        await ask(
          "GET",
          `/v1/grants/${encodeURIComponent(id)}/versions`,
          z.object({ versions: z.array(Version) }),
        )
      ).versions,
  };
}
