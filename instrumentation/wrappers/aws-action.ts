import type { ActionKind } from "../../schemas/index.ts";
import type { RecordedAction, TouchedResource } from "../action/span-model.ts";
import { scan } from "../redact/scan.ts";

/** What is asked of a service, as the SDK holds it: anything at all. */
type Input = Readonly<Record<string, unknown>>;

interface Rule {
  /** Service and operation, as the rules for other libraries' spans name them (`schemas/attribution.json`). */
  readonly of: RegExp;
  readonly kind: ActionKind | ((input: Input) => ActionKind);
  readonly resources: (input: Input) => readonly TouchedResource[];
}

/** The first that holds counts; what none of them knows is an access to its service. */
const rules: readonly Rule[] = [
  {
    of: /^SecretsManager\.(?:Batch)?GetSecretValue$/u,
    kind: "secret_read",
    resources: (input) => [...named("secret", input["SecretId"]), ...listed("secret", input["SecretIdList"])],
  },
  {
    of: /^SecretsManager\.(?:PutSecretValue|(?:Create|Update|Delete|Restore|Rotate)Secret)$/u,
    kind: "secret_write",
    resources: (input) => named("secret", input["SecretId"] ?? input["Name"]),
  },
  {
    of: /^SSM\.GetParameter(?:s|sByPath|History)?$/u,
    kind: (input) => (input["WithDecryption"] === true ? "secret_read" : "resource_access"),
    resources: (input) => {
      const kind = input["WithDecryption"] === true ? "secret" : "parameter";
      return [...named(kind, input["Name"] ?? input["Path"]), ...listed(kind, input["Names"])];
    },
  },
  {
    of: /^SSM\.PutParameter$/u,
    kind: (input) => (input["Type"] === "SecureString" ? "secret_write" : "resource_access"),
    resources: (input) => named(input["Type"] === "SecureString" ? "secret" : "parameter", input["Name"]),
  },
  { of: /^KMS\.Decrypt$/u, kind: "secret_read", resources: (input) => named("secret", input["KeyId"]) },
  {
    of: /^STS\.(?:AssumeRole\w*|GetSessionToken|GetFederationToken)$/u,
    kind: "credential_issue",
    resources: (input) => named("role", input["RoleArn"]),
  },
  {
    of: /^IAM\.(?:Attach|Detach|Put|Create|Update|Delete|Add|Remove|Set)/u,
    kind: "permission_change",
    resources: (input) => [
      ...named("role", input["RoleName"], "role:"),
      ...named("user", input["UserName"], "user:"),
      ...named("group", input["GroupName"], "group:"),
      ...named("policy", input["PolicyArn"] ?? input["PolicyName"]),
    ],
  },
  {
    of: /^S3\./u,
    kind: "resource_access",
    resources: ({ Bucket, Key, Prefix, CopySource }) => [
      ...named("bucket", Bucket, "s3://"),
      ...folder(Bucket, Key ?? Prefix),
      ...named("bucket", bucketIn(CopySource), "s3://"),
    ],
  },
];

const changing =
  /\.(?:Put|Create|Update|Delete|Attach|Detach|Modify|Run|Start|Stop|Terminate|Send|Publish|Copy|Restore|Set|Add|Remove|Rotate)/u;

/**
 * The action that a command of the AWS SDK is. Names of resources only, never what is written, decrypted or read.
 *
 * @param service as its client calls itself, for example `Secrets Manager`.
 */
export function awsAction(service: string, method: string, input: Input): RecordedAction {
  const rpcService = service.replaceAll(/\s+/gu, "");
  const name = `${rpcService}.${method}`;
  const rule = rules.find(({ of }) => of.test(name));
  const asked = rule?.kind ?? "resource_access";
  const kind = typeof asked === "function" ? asked(input) : asked;
  const [first, ...further] = rule?.resources(input) ?? [];
  const arn = input["SecretId"];
  return {
    kind,
    name,
    resource: first ?? { id: rpcService, kind: resourceKinds.get(kind) ?? "cloud_api" },
    ...(further.length > 0 && { resources: further }),
    mutating: alwaysChange.has(kind) || changing.test(name),
    covers: true,
    attributes: {
      "rpc.system": "aws-api",
      "rpc.service": rpcService,
      "rpc.method": method,
      ...(typeof arn === "string" && arn.startsWith("arn:") && { "aws.secretsmanager.secret.arn": cut(arn) }),
    },
  };
}

const alwaysChange: ReadonlySet<ActionKind> = new Set([
  "credential_issue",
  "permission_change",
  "secret_write",
]);
const resourceKinds: ReadonlyMap<ActionKind, string> = new Map([
  ["secret_read", "secret"],
  ["credential_issue", "role"],
  ["permission_change", "role"],
]);

/** Ids of AWS are shorter; what is longer is not meant to be one. */
const nameCharsMax = 512;
const namesMax = 32;

function named(kind: string, name: unknown, before = ""): readonly TouchedResource[] {
  return typeof name === "string" && name !== "" ? [{ id: before + cut(name), kind }] : [];
}

function listed(kind: string, names: unknown): readonly TouchedResource[] {
  return Array.isArray(names) ? names.slice(0, namesMax).flatMap((name) => named(kind, name)) : [];
}

function cut(name: string): string {
  return name.slice(0, nameCharsMax);
}

/** The folders of a key as long as they are words: further down are dates, ids of customers, or worse. */
const words = /^(?:[a-z][a-z_-]{0,31}\/)+/iu;

function folder(bucket: unknown, key: unknown): readonly TouchedResource[] {
  if (typeof bucket !== "string" || typeof key !== "string") return [];
  const short = key.slice(0, nameCharsMax);
  // A secret with slashes begins like folders.
  const [path] = words.exec(short.slice(0, scan(short)[0]?.start)) ?? [];
  return path === undefined ? [] : named("object_prefix", `${bucket}/${path}`, "s3://");
}

function bucketIn(copySource: unknown): string | undefined {
  return typeof copySource === "string" ? copySource.replace(/^\//u, "").split("/", 1)[0] : undefined;
}
