/** Uses of the real clients of the AWS SDK, as hosts write them, and what each is told as. */
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  GetRoleCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { GetObjectCommand, PutObjectCommand, S3, S3Client } from "@aws-sdk/client-s3";
import {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  paginateListSecrets,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import {
  GetParameterCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import type { AwsDouble } from "./aws-double.ts";
import type { Use } from "./wrapper-contract.ts";

const credentials = { accessKeyId: "AKIAI44QH8DHBEXAMPLE", secretAccessKey: "S3CRET-access-key" };
export const settings = ({
  url,
}: AwsDouble): { endpoint: string; region: string; credentials: typeof credentials } => ({
  endpoint: url,
  region: "eu-central-1",
  credentials,
});
export const s3 = (world: AwsDouble): S3Client => new S3Client({ ...settings(world), forcePathStyle: true });

const signed = { "nhi.credential.id": credentials.accessKeyId, "nhi.credential.type": "aws_static" };
const arn = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-a1b2c3";
const read = {
  ...signed,
  "nhi.action.kind": "secret_read",
  "nhi.action.name": "SecretsManager.GetSecretValue",
  "nhi.resource.id": "prod/db",
  "nhi.resource.kind": "secret",
  "nhi.action.mutating": false,
  "rpc.system": "aws-api",
  "rpc.service": "SecretsManager",
  "rpc.method": "GetSecretValue",
};
const get = {
  "nhi.action.kind": "resource_access",
  "nhi.action.name": "S3.GetObject",
  "nhi.resource.id": "s3://reports",
};
export const key = "exports/2026/customer-4711.csv";

export const uses: readonly Use<AwsDouble>[] = [
  {
    name: "a secret, by promise",
    run: async (see, world) => {
      const client = new SecretsManagerClient(settings(world));
      const promise = client.send(new GetSecretValueCommand({ SecretId: "prod/db" }));
      see("promise", promise.constructor === Promise);
      see("output", await promise);
      see("keys", Object.keys(client));
      client.destroy();
    },
    actions: [{ ...read, "aws.secretsmanager.secret.arn": arn }],
    secrets: ["S3CRET"],
  },
  {
    name: "a secret, by callback",
    run: async (see, world) => {
      const client = new SecretsManagerClient(settings(world));
      const command = new GetSecretValueCommand({ SecretId: arn });
      await new Promise<void>((done) => {
        const returned: unknown = client.send(command, function callback(this: unknown, ...given: unknown[]) {
          see("called with", given);
          see("this", this);
          done();
        });
        see("returned", returned);
      });
      await new Promise<void>((done) => {
        client.send(command, {}, (error, output) => {
          see("with options", [error, output?.Name]);
          done();
        });
      });
    },
    actions: [
      { ...read, "nhi.resource.id": arn },
      { ...read, "nhi.resource.id": arn },
    ],
    secrets: ["S3CRET"],
  },
  {
    name: "failures, by promise and callback",
    run: async (see, world) => {
      const client = new SecretsManagerClient(settings(world));
      const command = new GetSecretValueCommand({ SecretId: "missing" });
      await client.send(command).catch((error: unknown) => see("rejected", brief(error)));
      await new Promise<void>((done) => {
        client.send(command, (...given) => {
          see("called with", given.map(brief));
          done();
        });
      });
    },
    actions: Array.from({ length: 2 }, () => ({
      ...read,
      "nhi.resource.id": "missing",
      "error.type": "ResourceNotFoundException",
    })),
    secrets: ["S3CRET"],
  },
  {
    name: "several secrets, a write, pages",
    run: async (see, world) => {
      const client = new SecretsManagerClient(settings(world));
      see(
        "batch",
        await client.send(new BatchGetSecretValueCommand({ SecretIdList: ["prod/db", "prod/mail"] })),
      );
      see(
        "put",
        await client.send(new PutSecretValueCommand({ SecretId: "prod/db", SecretString: "S3CRET-new" })),
      );
      for await (const page of paginateListSecrets({ client }, {})) see("page", page.SecretList);
    },
    actions: [
      { "nhi.action.kind": "secret_read", "nhi.resource.id": "prod/db", "nhi.resources.id": ["prod/mail"] },
      { "nhi.action.kind": "secret_write", "nhi.resource.id": "prod/db", "nhi.action.mutating": true },
      {
        "nhi.action.kind": "resource_access",
        "nhi.resource.id": "SecretsManager",
        "nhi.resource.kind": "cloud_api",
      },
      { "nhi.action.kind": "resource_access", "nhi.action.name": "SecretsManager.ListSecrets" },
    ],
    secrets: ["S3CRET"],
  },
  {
    name: "a request that is tried again is one action",
    run: async (see, world) => {
      const client = new SSMClient(settings(world));
      flaky += 1;
      const command = new GetParameterCommand({ Name: `flaky-${String(flaky)}` });
      see("value", (await client.send(command)).Parameter?.Value);
    },
    actions: [
      {
        "nhi.action.kind": "resource_access",
        "nhi.action.name": "SSM.GetParameter",
        "nhi.resource.kind": "parameter",
      },
    ],
    secrets: ["S3CRET"],
  },
  {
    name: "parameters",
    run: async (see, world) => {
      const client = new SSMClient(settings(world));
      see("plain", await client.send(new GetParameterCommand({ Name: "/app/url" })));
      see(
        "secret",
        await client.send(new GetParametersCommand({ Names: ["/app/key"], WithDecryption: true })),
      );
      see(
        "put",
        await client.send(
          new PutParameterCommand({ Name: "/app/key", Value: "S3CRET-v", Type: "SecureString" }),
        ),
      );
    },
    actions: [
      { ...signed, "nhi.action.kind": "resource_access", "nhi.resource.id": "/app/url" },
      { "nhi.action.kind": "secret_read", "nhi.resource.id": "/app/key", "nhi.resource.kind": "secret" },
      { "nhi.action.kind": "secret_write", "nhi.resource.id": "/app/key" },
    ],
    secrets: ["S3CRET"],
  },
  {
    name: "credentials and permissions",
    run: async (see, world) => {
      const sts = new STSClient(settings(world));
      const iam = new IAMClient({ ...settings(world), maxAttempts: 1 });
      const RoleArn = "arn:aws:iam::123456789012:role/deployer";
      see("role", await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "deploy" })));
      see("self", await sts.send(new GetCallerIdentityCommand({})));
      const PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
      see("attach", await iam.send(new AttachRolePolicyCommand({ RoleName: "deployer", PolicyArn })));
      see("key", await iam.send(new CreateAccessKeyCommand({ UserName: "bob" })));
      await iam
        .send(new GetRoleCommand({ RoleName: "denied" }))
        .catch((error: unknown) => see("denied", brief(error)));
    },
    actions: [
      {
        "nhi.action.kind": "credential_issue",
        "nhi.action.name": "STS.AssumeRole",
        "nhi.resource.id": "arn:aws:iam::123456789012:role/deployer",
        "nhi.resource.kind": "role",
        "nhi.resources.id": ["ASIAIOSFODNN7EXAMPLE"],
      },
      {
        "nhi.action.kind": "resource_access",
        "nhi.action.name": "STS.GetCallerIdentity",
        "nhi.resource.id": "STS",
      },
      {
        "nhi.action.kind": "permission_change",
        "nhi.action.name": "IAM.AttachRolePolicy",
        "nhi.resource.id": "role:deployer",
        "nhi.resources.id": ["arn:aws:iam::aws:policy/AdministratorAccess"],
      },
      {
        "nhi.action.kind": "permission_change",
        "nhi.resource.id": "user:bob",
        "nhi.resources.id": ["AKIAIOSFODNN7EXAMPLE"],
      },
      {
        "nhi.action.kind": "resource_access",
        "nhi.action.name": "IAM.GetRole",
        "error.type": "AccessDenied",
      },
    ],
    secrets: ["S3CRET"],
  },
  {
    name: "bodies of S3, streamed and left",
    run: async (see, world) => {
      const client = s3(world);
      const { Body, $metadata } = await client.send(new GetObjectCommand({ Bucket: "reports", Key: key }));
      see("body", [Body?.constructor.name, $metadata.httpStatusCode]);
      let bytes = 0;
      for await (const chunk of Body as AsyncIterable<Buffer>) bytes += chunk.length;
      see("bytes", bytes);
      const other = await new S3({ ...settings(world), forcePathStyle: true }).getObject({
        Bucket: "reports",
        Key: key,
      });
      see("text", (await other.Body?.transformToString())?.length);
      await client.send(new PutObjectCommand({ Bucket: "reports", Key: key, Body: "S3CRET-body" }));
      await client
        .send(new GetObjectCommand({ Bucket: "reports", Key: "nothing" }))
        .catch((error: unknown) => see("no", brief(error)));
    },
    actions: [
      { ...get, ...signed, "nhi.resource.kind": "bucket", "nhi.resources.id": ["s3://reports/exports/"] },
      get,
      { ...get, "nhi.action.name": "S3.PutObject", "nhi.action.mutating": true },
      { ...get, "error.type": "NoSuchKey" },
    ],
    secrets: ["S3CRET", "4711"],
  },
  {
    name: "aborted",
    run: async (see, world) => {
      const client = new SecretsManagerClient(settings(world));
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 20);
      const options = { abortSignal: abort.signal };
      await client
        .send(new GetSecretValueCommand({ SecretId: "slow" }), options)
        .catch((error: unknown) => see("aborted", brief(error)));
    },
    actions: [{ ...read, "nhi.resource.id": "slow", "error.type": "AbortError" }],
  },
  {
    name: "middleware of the host",
    run: async (see, world) => {
      const client = new SecretsManagerClient(settings(world));
      client.middlewareStack.add(
        (next, context) => async (args) => {
          see("before", [context.commandName, args.input]);
          const answer = await next(args);
          see("after", Object.keys(answer));
          return answer;
        },
        { step: "initialize", name: "hosts" },
      );
      see("stack", client.middlewareStack.identify());
      see("name", (await client.send(new GetSecretValueCommand({ SecretId: "prod/db" }))).Name);
    },
    actions: [read],
  },
];
let flaky = 0;

/** An error without the sockets that it holds. */
export function brief(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, constructor, $metadata } = error as Error & {
    $metadata?: { httpStatusCode?: number };
  };
  return [constructor.name, name, message, $metadata?.httpStatusCode, Object.keys(error)];
}
