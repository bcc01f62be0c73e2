import { createHash } from "node:crypto";
import { z } from "zod";
import type { IdentityKind } from "../../schemas/index.ts";
import { type CloudOperations, valueAt } from "./cloud-table.ts";
import type { ReadLine } from "./reader.ts";
import type { ReplaySpan } from "./span-of-line.ts";

/** Longer texts are cut: nothing that names anybody is as long. */
const textCharsMax = 1024;
const Text = z.string().transform((text) => text.slice(0, textCharsMax));

/**
 * A record as the user guide has it ("CloudTrail record contents" and "CloudTrail userIdentity element",
 * https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html). Only what is read is
 * named, and of `requestParameters` nothing is kept but the names that the table asks for.
 */
const CloudRecord = z.looseObject({
  eventTime: z.iso.datetime({ offset: true }),
  eventSource: Text.refine((text) => text !== ""),
  eventName: Text.refine((text) => text !== ""),
  eventID: Text.nullish(),
  requestID: Text.nullish(),
  awsRegion: Text.nullish(),
  sourceIPAddress: Text.nullish(),
  userAgent: Text.nullish(),
  errorCode: Text.nullish(),
  errorMessage: z.string().nullish(),
  readOnly: z.union([z.boolean(), z.enum(["true", "false"]).transform((text) => text === "true")]).nullish(),
  recipientAccountId: Text.nullish(),
  userIdentity: z
    .looseObject({
      type: Text.nullish(),
      principalId: Text.nullish(),
      arn: Text.nullish(),
      accountId: Text.nullish(),
      accessKeyId: Text.nullish(),
      userName: Text.nullish(),
      invokedBy: Text.nullish(),
    })
    .nullish(),
});
type CloudRecord = z.infer<typeof CloudRecord>;

/** Reads one record; the reason of a refusal names the field and never quotes its value. */
export function readCloudRecord(text: string, operations: CloudOperations): ReadLine {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: "is not JSON" };
  }
  const parsed = CloudRecord.safeParse(json);
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join(".") || "the record");
    return { ok: false, reason: `is no CloudTrail record: ${[...new Set(fields)].join(", ")}` };
  }
  const identityId = identityOf(parsed.data);
  if (identityId === undefined) return { ok: false, reason: "names nobody who acted" };
  return { ok: true, spans: [spanOf(parsed.data, identityId, operations, text)] };
}

/**
 * Who acted: the ARN of the user, or of the role and not of its session; a service by its host name; who has no ARN by the type and
 * the principal. Undefined where the record names nobody.
 */
function identityOf({ userIdentity: who }: CloudRecord): string | undefined {
  if (who === undefined || who === null) return undefined;
  const issuer = valueAt(who, "sessionContext.sessionIssuer.arn");
  if (typeof issuer === "string" && issuer !== "") return issuer.slice(0, textCharsMax);
  if (who.type === "AWSService") return who.invokedBy ? `service:${who.invokedBy}` : undefined;
  if (who.arn) return who.arn;
  const name = who.principalId || who.userName || who.accountId;
  return name ? `${(who.type || "unknown").toLowerCase()}:${name}` : undefined;
}

function spanOf(
  record: CloudRecord,
  identityId: string,
  operations: CloudOperations,
  text: string,
): ReplaySpan {
  const source = record.eventSource.replace(/\.amazonaws\.com$/u, "");
  const known = operations.find(source, record.eventName, record);
  const client = clientOf(record, operations);
  const session = sessionOf(record, identityId);
  const endMs = Date.parse(record.eventTime);
  const operation = `${source}:${record.eventName}`;
  const [resource, resourceKind] = resourceOf(record, source, known, operations);
  const { userIdentity: who } = record;
  const attributes: Record<string, string | boolean | number | undefined> = {
    "nhi.identity.id": identityId,
    "nhi.identity.kind": identityKindOf(record, identityId, client?.kind),
    "nhi.action.kind": known?.kind ?? "resource_access",
    "nhi.action.name": operation,
    "nhi.action.mutating": known?.mutating ?? !(record.readOnly ?? operations.isRead(record.eventName)),
    "nhi.action.class": known?.class,
    "nhi.client.kind": client?.kind,
    "user_agent.name": client?.name,
    "nhi.session.id": session,
    "nhi.credential.id": who?.accessKeyId || undefined,
    "nhi.credential.type": credentialType(who?.accessKeyId),
    "nhi.credential.issued_at": issuedAt(record),
    "nhi.resource.id": resource,
    "nhi.resource.kind": resource === undefined ? undefined : resourceKind,
    "error.type": record.errorCode || (record.errorMessage ? "_OTHER" : undefined),
    "cloud.provider": "aws",
    "cloud.account.id": record.recipientAccountId || who?.accountId || undefined,
    "cloud.region": record.awsRegion || undefined,
    "client.address": addressOf(record.sourceIPAddress),
    "aws.request_id": record.requestID || undefined,
  };
  return {
    identityId,
    traceId: digits(`cloudtrail/${session}`, 32),
    spanId: digits(`cloudtrail/${record.eventID || text}`, 16),
    name: operation,
    kind: "client",
    // A record tells when the request was completed, and not how long it took.
    startMs: endMs - 1,
    endMs,
    failed: Boolean(record.errorCode || record.errorMessage),
    attributes: present(attributes),
  };
}

/** A service says so by fields that CloudTrail writes itself; `userAgent` is the caller's word. */
function clientOf(
  { userIdentity: who, sourceIPAddress, userAgent }: CloudRecord,
  operations: CloudOperations,
): { readonly name: string; readonly kind: string } | undefined {
  if (who?.type === "AWSService" || who?.invokedBy || sourceIPAddress?.endsWith(".amazonaws.com") === true)
    return { name: "aws-service", kind: "service" };
  if (!userAgent) return undefined;
  return operations.clientOf(userAgent) ?? { name: "other", kind: "program" };
}

function identityKindOf(
  { userIdentity: who }: CloudRecord,
  identityId: string,
  client: string | undefined,
): IdentityKind {
  if (who?.type === "Root" || who?.type === "IdentityCenterUser" || who?.type === "SAMLUser") return "human";
  if (client === "console" || identityId.includes("/AWSReservedSSO_")) return "human";
  return "service_account";
}

/** Temporary keys are a session each, and a console's begins when it was opened; what a lasting key does in a day is taken as one. */
function sessionOf({ userIdentity: who, eventTime }: CloudRecord, identityId: string): string {
  const key = who?.accessKeyId || "";
  if (key.startsWith("ASIA")) return key;
  const began = valueAt(who, "sessionContext.attributes.creationDate");
  if (typeof began === "string" && began !== "") return `${key || identityId}/${began.slice(0, 32)}`;
  return `${key || identityId}/${new Date(Date.parse(eventTime)).toISOString().slice(0, 10)}`;
}

function issuedAt({ userIdentity: who }: CloudRecord): number | undefined {
  const began = valueAt(who, "sessionContext.attributes.creationDate");
  const ms = typeof began === "string" ? Date.parse(began) : Number.NaN;
  return Number.isFinite(ms) ? Math.floor(ms / 1000) : undefined;
}

/** By what stands before an access key's id; the user guide of IAM lists them ("Understanding unique ID prefixes"). */
function credentialType(key: string | null | undefined): string | undefined {
  if (!key) return undefined;
  return key.startsWith("ASIA") ? "aws_sts" : "api_key";
}

function resourceOf(
  record: CloudRecord,
  source: string,
  known: ReturnType<CloudOperations["find"]>,
  operations: CloudOperations,
): readonly [string | undefined, string] {
  const request = valueAt(record, "requestParameters");
  const named = nameAt(request, known?.resource ?? []);
  if (named !== undefined) return [named, known?.resourceKind ?? "cloud_api"];
  for (const { paths, kind } of operations.placesOf(source)) {
    const name = nameAt(request, paths);
    if (name !== undefined) return [name, kind];
  }
  return [nameAt(valueAt(record, "resources.0"), ["ARN"]), "cloud_api"];
}

/** The first text, or first of a list of them, that stands at one of the paths. */
function nameAt(root: unknown, paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const value = valueAt(root, path);
    const first: unknown = Array.isArray(value) ? value[0] : value;
    if (typeof first === "string" && first !== "") return first.slice(0, textCharsMax);
  }
  return undefined;
}

/** Where there is no address, a service of AWS stands there, or `AWS Internal`. */
export function addressOf(text: string | null | undefined): string | undefined {
  return text && /^[\da-f.:]{3,45}$/iu.test(text) ? text : undefined;
}

function present<Value>(draft: Readonly<Record<string, Value | undefined>>): Record<string, Value> {
  const kept: Record<string, Value> = {};
  for (const [name, value] of Object.entries(draft)) if (value !== undefined) kept[name] = value;
  return kept;
}

function digits(text: string, count: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, count);
}
