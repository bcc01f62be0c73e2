import { require, run } from "./common.mjs";

const secret = { Name: "prod/crm/db", SecretString: "none" };
const trust = JSON.stringify({ Version: "2012-10-17", Statement: [] });
const role = "arn:aws:iam::123456789012:role/deploy";

await run(
  () => [
    new (require("@opentelemetry/instrumentation-aws-sdk").AwsInstrumentation)({
      suppressInternalInstrumentation: true,
    }),
  ],
  () => {
    const send = (service, client, command, input) => () => {
      const library = require(`@aws-sdk/client-${service}`);
      const extra = service === "s3" ? { forcePathStyle: true } : {};
      return new library[`${client}Client`](extra).send(new library[`${command}Command`](input));
    };
    const s3 = (command, input) => send("s3", "S3", command, input);
    const secrets = (command, input) => send("secrets-manager", "SecretsManager", command, input);
    const iam = (command, input) => send("iam", "IAM", command, input);
    const bucket = { Bucket: "acme-exports" };
    return [
      s3("CreateBucket", { ...bucket, CreateBucketConfiguration: { LocationConstraint: "eu-central-1" } }),
      s3("PutObject", { ...bucket, Key: "a.csv", Body: "x" }),
      s3("GetObject", { ...bucket, Key: "a.csv" }),
      s3("ListObjectsV2", bucket),
      s3("DeleteObject", { ...bucket, Key: "a.csv" }),
      s3("GetObject", { Bucket: "missing-bucket", Key: "a" }),
      secrets("CreateSecret", secret),
      secrets("GetSecretValue", { SecretId: secret.Name }),
      secrets("GetSecretValue", {
        SecretId: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gone-AbCdEf",
      }),
      secrets("BatchGetSecretValue", { SecretIdList: [secret.Name] }),
      send("ssm", "SSM", "GetParameter", { Name: "/missing" }),
      send("sts", "STS", "AssumeRole", { RoleArn: role, RoleSessionName: "ci" }),
      send("sts", "STS", "GetCallerIdentity", {}),
      iam("CreateRole", { RoleName: "deploy", AssumeRolePolicyDocument: trust }),
      iam("AttachRolePolicy", {
        RoleName: "deploy",
        PolicyArn: "arn:aws:iam::aws:policy/AdministratorAccess",
      }),
      iam("ListRoles", {}),
      send("dynamodb", "DynamoDB", "GetItem", { TableName: "orders", Key: { id: { S: "1" } } }),
      send("dynamodb", "DynamoDB", "PutItem", { TableName: "orders", Item: { id: { S: "1" } } }),
      send("sqs", "SQS", "CreateQueue", { QueueName: "jobs" }),
      send("sqs", "SQS", "SendMessage", {
        QueueUrl: `${process.env.AWS_ENDPOINT_URL}/123456789012/jobs`,
        MessageBody: "x",
      }),
      send("lambda", "Lambda", "Invoke", { FunctionName: "close-books" }),
    ];
  },
);
