import type { Facts } from "./facts.ts";
import type { Check } from "./report.ts";

/** What a source of identity is worth (`nhi.attribution.source`). */
const worth: Readonly<Record<string, string>> = {
  mtls_spiffe: "strong: a certificate proves it",
  jwt_verified: "strong: a token whose signature was checked",
  k8s_token: "strong: the cluster's token",
  ci_oidc: "strong: the pipeline's token",
  cloud_sts: "strong: the cloud's own answer",
  static_config: "claimed: the configuration says so, and nobody proves it",
  jwt_unverified: "claimed: a token whose signature nobody checked",
  baggage: "claimed: another process says so",
  inferred: "weak: derived from the service's name",
};

/** The name that OpenTelemetry gives to a service without one. */
const nameless = /unknown_service/u;

export function identityChecks({ identity, tried, isOn }: Facts): readonly Check[] {
  if (!isOn) return [];
  const asked = tried.map(({ id, said }) => `${id}: ${said}`).join("; ");
  const because = asked === "" ? "" : ` (${asked})`;
  const id = "identity";
  if (identity === undefined || nameless.test(identity.id)) {
    return [
      {
        id,
        state: "trouble",
        says: `nothing outside the app's code says who it acts as${because}`,
        advice:
          "Set ANSWERABLE_IDENTITY, for example ANSWERABLE_IDENTITY=agent:triage; an app that says it in `start({ identity })` needs nothing.",
      },
    ];
  }
  const says = `${identity.id} (${identity.kind}), ${worth[identity.source] ?? `as told by ${identity.source}`}${because}`;
  if (identity.source !== "inferred") return [{ id, state: "ok", says }];
  return [
    {
      id,
      state: "note",
      says,
      advice: "Set ANSWERABLE_IDENTITY, or give the process a token of its platform.",
    },
  ];
}
