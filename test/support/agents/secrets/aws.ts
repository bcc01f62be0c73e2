/** Positions in requests and answers of AWS. */
import { CreateAccessKeyCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import type { Position } from "../../secrets/position.ts";

interface Sender {
  send(command: object): Promise<object>;
}
type Clients = Readonly<Record<"secrets" | "ssm" | "iam" | "sts" | "s3", Sender>>;

let made: Clients | undefined;

/** One of each; a real agent has no more. */
function clientsOf(endpoint: string): Clients {
  const credentials = { accessKeyId: "AKIAI44QH8DHBEXAMPLE", secretAccessKey: "not-one-of-the-two-hundred" };
  const settings = { endpoint, region: "eu-central-1", credentials, maxAttempts: 1 };
  return (made ??= {
    secrets: new SecretsManagerClient(settings) as unknown as Sender,
    ssm: new SSMClient(settings) as unknown as Sender,
    iam: new IAMClient(settings) as unknown as Sender,
    sts: new STSClient(settings) as unknown as Sender,
    s3: new S3Client({ ...settings, forcePathStyle: true }) as unknown as Sender,
  });
}

function sent(
  name: string,
  operation: string,
  client: keyof Clients,
  command: (secret: string, nth: number) => object,
  leaves = false,
): Position {
  return {
    name: `aws.${name}`,
    operation,
    leaves,
    plant: async (secret, { double }, nth) => {
      const output = await clientsOf(double)[client].send(command(secret, nth));
      if ("Body" in output)
        await (output as { Body: { transformToString(): Promise<string> } }).Body.transformToString();
    },
  };
}

const role = "arn:aws:iam::123456789012:role/deploy";

export const awsPositions: readonly Position[] = [
  sent(
    "secret-value",
    "SecretsManager.GetSecretValue",
    "secrets",
    (_, nth) => new GetSecretValueCommand({ SecretId: `prod/db#${nth}` }),
  ),
  sent(
    "secret-id",
    "SecretsManager.GetSecretValue",
    "secrets",
    (secret) => new GetSecretValueCommand({ SecretId: secret }),
    true,
  ),
  sent(
    "error-message",
    "SecretsManager.GetSecretValue",
    "secrets",
    (_, nth) => new GetSecretValueCommand({ SecretId: `fail-#${nth}` }),
  ),
  sent(
    "error-code",
    "SecretsManager.GetSecretValue",
    "secrets",
    (_, nth) => new GetSecretValueCommand({ SecretId: `odd-#${nth}` }),
  ),
  sent(
    "put-secret",
    "SecretsManager.PutSecretValue",
    "secrets",
    (secret) =>
      new PutSecretValueCommand({
        SecretId: "prod/db",
        SecretString: secret,
        SecretBinary: Buffer.from(secret),
      }),
  ),
  sent(
    "parameter-value",
    "SSM.GetParameter",
    "ssm",
    (_, nth) => new GetParameterCommand({ Name: `/app/key#${nth}`, WithDecryption: true }),
  ),
  sent(
    "parameter-name",
    "SSM.GetParameter",
    "ssm",
    (secret) => new GetParameterCommand({ Name: `/app/${secret}`, WithDecryption: true }),
    true,
  ),
  sent(
    "put-parameter",
    "SSM.PutParameter",
    "ssm",
    (secret) =>
      new PutParameterCommand({ Name: "/app/key", Type: "SecureString", Value: secret, Description: secret }),
  ),
  sent(
    "access-key",
    "IAM.CreateAccessKey",
    "iam",
    (_, nth) => new CreateAccessKeyCommand({ UserName: `bob#${nth}` }),
  ),
  sent(
    "policy",
    "IAM.PutRolePolicy",
    "iam",
    (secret) =>
      new PutRolePolicyCommand({
        RoleName: "deploy",
        PolicyName: "p",
        PolicyDocument: JSON.stringify({ secret }),
      }),
  ),
  sent(
    "assumed-role",
    "STS.AssumeRole",
    "sts",
    (secret, nth) =>
      new AssumeRoleCommand({ RoleArn: role, RoleSessionName: `s#${nth}`, ExternalId: secret }),
  ),
  sent(
    "object-key",
    "S3.GetObject",
    "s3",
    (secret) => new GetObjectCommand({ Bucket: "reports", Key: `exports/${secret}.csv` }),
  ),
  sent(
    "object-folder",
    "S3.GetObject",
    "s3",
    (secret) => new GetObjectCommand({ Bucket: "reports", Key: `exports/${secret}/a.csv` }),
    true,
  ),
  sent(
    "object-body",
    "S3.PutObject",
    "s3",
    (secret) => new PutObjectCommand({ Bucket: "reports", Key: "a/b.csv", Body: secret }),
  ),
  sent(
    "object-answer",
    "S3.GetObject",
    "s3",
    (_, nth) => new GetObjectCommand({ Bucket: "reports", Key: `a/#${nth}` }),
  ),
  sent(
    "object-error",
    "S3.GetObject",
    "s3",
    (_, nth) => new GetObjectCommand({ Bucket: "reports", Key: `odd-#${nth}` }),
  ),
];
