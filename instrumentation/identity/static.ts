import type { IdentityKind } from "../../schemas/index.ts";
import { fitText } from "./claims.ts";
import type { IdentityAround, IdentitySource } from "./source.ts";

const kinds: readonly IdentityKind[] = [
  ...(["ai_agent", "service_account", "workload", "ci_job", "api_key", "oauth_client"] as const),
  ...(["bot", "human", "unknown"] as const),
];

/** What the beginning of an id says of its kind. */
const kindByPrefix: readonly (readonly [prefix: string, kind: IdentityKind])[] = [
  ["agent:", "ai_agent"],
  ["svc:", "workload"],
  ["spiffe://", "workload"],
  ["k8s:", "service_account"],
  ["ci:", "ci_job"],
  ["oauth:", "oauth_client"],
  ["key:", "api_key"],
  ["bot:", "bot"],
  ["user:", "human"],
];

/** What the configuration says: `ANSWERABLE_IDENTITY`, an id as written, for example `agent:triage`. */
export const staticConfig: IdentitySource = {
  id: "static",
  find: async ({ env }) => {
    const given = env["ANSWERABLE_IDENTITY"];
    if (given === undefined || given === "") return { said: "ANSWERABLE_IDENTITY is not set" };
    const id = fitText(given.trim());
    if (id === undefined)
      return { said: "ANSWERABLE_IDENTITY is no id: it has spaces, or more than 512 characters" };
    const found = { id, kind: kindOf(id), source: "static_config", verified: false, attributes: {} } as const;
    return { found, said: "ANSWERABLE_IDENTITY" };
  },
};

/** The kind an id says it is; `unknown` where it does not say. */
export function kindOf(id: string): IdentityKind {
  return kindByPrefix.find(([prefix]) => id.startsWith(prefix))?.[1] ?? "unknown";
}

/** What `ANSWERABLE_IDENTITY_KIND` and `ANSWERABLE_IDENTITY_OWNER` add to an identity, whichever source named it. */
export function declared(env: IdentityAround["env"]): {
  readonly kind?: IdentityKind;
  readonly owner?: string;
} {
  const kind = kinds.find((one) => one === env["ANSWERABLE_IDENTITY_KIND"]);
  const owner = fitText(env["ANSWERABLE_IDENTITY_OWNER"]);
  return { ...(kind && { kind }), ...(owner !== undefined && { owner }) };
}
