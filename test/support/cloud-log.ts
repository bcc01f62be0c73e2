/** What one identity does with a control plane: a week of work, then an hour that is not its. Every number of a finding differs somewhere. */
import { builtAtUs, judgedWith, spanIdOf } from "./build.ts";
import type { Judged } from "./stepped.ts";

const minuteUs = 60_000_000;
const dayUs = 1440 * minuteUs;

interface Call {
  readonly operation: string;
  readonly atUs: number;
  readonly resource?: string;
  readonly class?: string;
  readonly program?: string;
  readonly kind?: string;
  readonly network?: string;
  readonly mutating?: boolean;
  readonly error?: string;
}

const people = {
  identityKind: "service_account",
  tenant: "acme 'x'",
  identityId: "role:o'brien\\deploy",
} as const;

function call(offset: number, one: Call): Judged {
  const {
    operation,
    atUs,
    resource,
    program = "aws-cli'",
    kind = "program",
    network = "10.1.0.1",
    error,
  } = one;
  return judgedWith(offset, {
    ...people,
    operation,
    kind: "resource_access",
    spanId: spanIdOf(50_000 + offset),
    sessionId: `day ${String(Math.floor(atUs / dayUs))}`,
    network,
    mutating: one.mutating ?? false,
    resources: resource === undefined ? [] : [{ id: resource, kind: "secret", origin: "" }],
    startedAtUs: builtAtUs + atUs,
    endedAtUs: builtAtUs + atUs + 1000,
    ...(error !== undefined && { status: "error" as const, errorType: error }),
    attributes: {
      "nhi.client.kind": kind,
      "user_agent.name": program,
      ...(one.class !== undefined && { "nhi.action.class": one.class }),
      ...(error !== undefined && { "error.type": error }),
    },
  });
}

export function cloudLog(firstOffset: number): Judged[] {
  const calls: Call[] = [];
  for (let day = 0; day < 6; day += 1) {
    const atUs = day * dayUs;
    for (let nth = 0; nth < 12; nth += 1)
      calls.push({
        operation: "s3:GetObject",
        atUs: atUs + nth * minuteUs,
        network: `10.1.0.${String(nth % 3)}`,
      });
    calls.push({
      operation: "iam:CreateAccessKey",
      resource: "ci",
      class: "credential_created",
      mutating: true,
      atUs: atUs + 20 * minuteUs,
    });
    calls.push({
      operation: "cloudtrail:DeleteTrail",
      resource: "old",
      class: "logging_impaired",
      mutating: true,
      program: "terraform",
      kind: "infrastructure",
      atUs: atUs + 21 * minuteUs,
    });
  }
  const then = 6 * dayUs;
  const foreign = { program: "aws-sdk-go", network: "203.0.113.9" };
  calls.push({ operation: "sts:GetCallerIdentity", class: "credential_probed", atUs: then, ...foreign });
  for (let nth = 0; nth < 12; nth += 1)
    calls.push({
      operation: "secretsmanager:GetSecretValue",
      resource: `s${String(nth % 10)}`,
      class: "secret_read",
      atUs: then + (nth + 1) * minuteUs,
      ...foreign,
    });
  calls.push({
    operation: "cloudtrail:StopLogging",
    resource: "main",
    class: "logging_impaired",
    mutating: true,
    error: "AccessDenied",
    atUs: then + 70 * minuteUs,
    ...foreign,
  });
  calls.push({
    operation: "rds:DeleteDBInstance",
    resource: "db",
    class: "organization_changed",
    mutating: true,
    program: "aws-service",
    kind: "service",
    network: "",
    atUs: then + 71 * minuteUs,
  });
  return calls.map((one, nth) => call(firstOffset + nth, one));
}
