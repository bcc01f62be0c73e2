import { builtAtUs, judgedWith } from "./build.ts";
import type { Judged } from "./stepped.ts";

const minuteUs = 60_000_000;

/** Somebody who works from one place with one program, and then from another with another. */
export function secondPlaceLog(offset: number): Judged[] {
  const one = (nth: number, network: string, program: string): Judged =>
    judgedWith(offset + nth, {
      tenant: "acme 'x'",
      identityId: "role:o'brien",
      identityKind: "service_account",
      operation: "s3:GetObject",
      kind: "resource_access",
      network,
      credentialId: "ASIA'1\\",
      attributes: { "nhi.client.kind": "program", "user_agent.name": program },
      startedAtUs: builtAtUs + nth * minuteUs,
    });
  return [
    one(0, "10.0.0.1", "ssm-agent"),
    one(1, "10.0.0.1", "ssm-agent"),
    one(2, "10.0.0.1", "ssm-agent"),
    one(3, "203.0.113.7", "aws'cli\\"),
  ];
}
