import type { Dice } from "../dice.ts";
import { base32, base62, base64, base64Url, digits, draw, hexDigits, lower, upper, uuid } from "./chars.ts";

export type CleanShape = (dice: Dice) => readonly [key: string, value: string];

const names = [
  "checkout",
  "billing",
  "user-service",
  "payment_gateway",
  "ticketTriage",
  "inventory",
  "mailer",
  "report-builder",
];
const hosts = [
  "api.acme.example",
  "db-primary.internal",
  "ip-10-0-3-17.ec2.internal",
  "login.microsoftonline.com",
  "s3.eu-west-1.amazonaws.com",
];
const person = ["ana.lima", "j.smith", "wei_chen", "o.kowalski+work"];

/** Attributes without a secret, of the shapes that the rules were made with. */
export const tunedShapes: readonly CleanShape[] = [
  (d) => ["service.name", d.one(names)],
  (d) => ["service.instance.id", uuid(d)],
  (d) => [
    "k8s.pod.name",
    `${d.one(names)}-${draw(d, "bcdfghjklmnpqrstvwxz2456789", 10)}-${draw(d, "bcdfghjklmnpqrstvwxz2456789", 5)}`,
  ],
  (d) => ["k8s.pod.uid", uuid(d)],
  (d) => [
    "k8s.node.name",
    `gke-prod-pool-${draw(d, digits, 1)}-${draw(d, hexDigits, 8)}-${draw(d, lower + digits, 4)}`,
  ],
  (d) => ["container.id", draw(d, hexDigits, 64)],
  (d) => [
    "container.image.repo_digests",
    `registry.acme.example/${d.one(names)}@sha256:${draw(d, hexDigits, 64)}`,
  ],
  (d) => ["oci.manifest.digest", `sha256:${draw(d, hexDigits, 64)}`],
  (d) => ["vcs.ref.head.revision", draw(d, hexDigits, 40)],
  (d) => ["trace.parent", `00-${draw(d, hexDigits, 32)}-${draw(d, hexDigits, 16)}-01`],
  (d) => ["nhi.credential.id", `hmac-sha256:${draw(d, hexDigits, 16)}`],
  (d) => ["nhi.credential.id", `AKIA${draw(d, `${upper}234567`, 16)}`],
  (d) => ["nhi.identity.id", `spiffe://acme.example/ns/${d.one(names)}/sa/${d.one(names)}`],
  (d) => ["gen_ai.tool.call.id", `call_${draw(d, base62, 24)}`],
  (d) => ["gen_ai.tool.call.id", `toolu_01${draw(d, base62, 22)}`],
  (d) => ["gen_ai.response.id", `chatcmpl-${draw(d, base62, 29)}`],
  (d) => ["gen_ai.response.id", `resp_${draw(d, hexDigits, 48)}`],
  (d) => [
    "gen_ai.request.model",
    d.one(["claude-sonnet-4-5-20250929", "gpt-4o-mini-2024-07-18", "gemini-2.5-pro-preview-05-06"]),
  ],
  (d) => ["session.id", draw(d, base64Url, 43)],
  (d) => ["mcp.session.id", uuid(d)],
  (d) => ["ulid", draw(d, base32, 26)],
  (d) => ["ksuid", draw(d, base62, 27)],
  (d) => ["db.mongo.id", draw(d, hexDigits, 24)],
  (d) => ["aws.request_id", uuid(d)],
  (d) => ["aws.extended_request_id", draw(d, base64, 76)],
  (d) => ["aws.s3.version_id", draw(d, base62, 32)],
  (d) => ["http.response.header.etag", `"${draw(d, hexDigits, 32)}"`],
  (d) => [
    "aws.secretsmanager.secret.arn",
    `arn:aws:secretsmanager:eu-west-1:${draw(d, digits, 12)}:secret:prod/${d.one(names)}/db-${draw(d, base62, 6)}`,
  ],
  (d) => [
    "aws.lambda.invoked_arn",
    `arn:aws:lambda:us-east-1:${draw(d, digits, 12)}:function:${d.one(names)}:${draw(d, digits, 2)}`,
  ],
  (d) => [
    "cloud.resource_id",
    `arn:aws:sts::${draw(d, digits, 12)}:assumed-role/${d.one(names)}-role/${draw(d, digits, 19)}`,
  ],
  (d) => [
    "cloud.resource_id",
    `/subscriptions/${uuid(d)}/resourceGroups/rg-prod/providers/Microsoft.KeyVault/vaults/${d.one(names)}/secrets/db-password`,
  ],
  (d) => [
    "url.full",
    `https://${d.one(hosts)}:8443/v1/users/${draw(d, digits, 6)}/orders/${uuid(d)}?page=2&limit=50&sort=created_at`,
  ],
  (d) => ["url.full", `https://${d.one(hosts)}/oauth2/token`],
  (d) => ["url.full", `https://${d.one(hosts)}/${d.one(names)}/items?next_token=${draw(d, base64Url, 24)}`],
  (d) => ["url.path", `/api/v2/projects/${d.one(names)}/secrets/${d.one(names)}-password/versions/latest`],
  (d) => ["url.path", `/usr/lib/node_modules/@acme/${d.one(names)}/dist/Http2ServerRequestHandlerFactory.js`],
  (d) => ["server.address", d.one(hosts)],
  (d) => ["user.email", `${d.one(person)}@acme.example`],
  () => [
    "user_agent.original",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36",
  ],
  (d) => [
    "telemetry.sdk.version",
    `${d.below(9)}.${d.below(40)}.${d.below(9)}-rc.${d.below(9)}+build.${draw(d, hexDigits, 7)}`,
  ],
  (d) => [
    "code.function.name",
    d.one([
      "handleInternalServerRequestWithRetryAndBackoff2",
      "com.acme.billing.InvoiceService$$SpringCGLIB$$0.findAllByCustomerIdOrderByCreatedAt",
      "AbstractSingletonProxyFactoryBean",
    ]),
  ],
  (d) => [
    "code.file.path",
    `/builds/acme/${d.one(names)}/src/main/java/com/acme/Http2Client${d.below(9)}.java:${d.below(900)}`,
  ],
  (d) => [
    "exception.stacktrace",
    `Error: connect ECONNREFUSED 10.0.${d.below(255)}.${d.below(255)}:5432\n    at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1607:16)\n    at async Pool.query (/app/node_modules/pg-pool/index.js:${d.below(500)}:11)`,
  ],
  (d) => [
    "exception.message",
    d.one([
      'password authentication failed for user "app"',
      "Token expired",
      "invalid token: expected string, got undefined",
      "The security token included in the request is invalid",
      "secret not found: prod/db/password",
      "authorization: denied by policy deploy-prod-only",
      "unexpected token < in JSON at position 0",
      "Bearer authentication required",
      "Basic authentication is disabled for this tenant",
      "missing required key: api_key",
      "password is required",
      "password must be at least 12 characters long",
    ]),
  ],
  (d) => [
    "db.query.text",
    `SELECT u.id, u.email, u.password_hash FROM users u WHERE u.id = $1 AND u.token = ? LIMIT ${d.below(100)}`,
  ],
  () => ["db.query.summary", "SELECT users orders"],
  () => ["rpc.method", "google.cloud.secretmanager.v1.SecretManagerService/AccessSecretVersion"],
  (d) => ["messaging.kafka.cluster.id", draw(d, base64Url, 22)],
  (d) => ["messaging.message.id", uuid(d)],
  (d) => [
    "gen_ai.tool.call.arguments",
    JSON.stringify({
      id: draw(d, digits, 5),
      path: `/data/${d.one(names)}.csv`,
      to: `${d.one(person)}@acme.example`,
      limit: d.below(100),
    }),
  ],
  (d) => [
    "gen_ai.tool.call.result",
    JSON.stringify({
      status: "ok",
      nextPageToken: draw(d, base64Url, 60),
      items: [{ id: uuid(d), etag: draw(d, base64, 40) }],
    }),
  ],
  (d) => ["npm.integrity", `sha512-${draw(d, base64, 86)}==`],
  (d) => ["ssh.host.fingerprint", `SHA256:${draw(d, base64, 43)}`],
  (d) => [
    "app.payload",
    Buffer.from(`${d.one(names)} to ${d.one(hosts)}, ${d.one(person)}`).toString("base64"),
  ],
  (d) => [
    "cicd.pipeline.run.url.full",
    `https://github.com/acme/${d.one(names)}/actions/runs/${draw(d, digits, 11)}/job/${draw(d, digits, 11)}`,
  ],
  (d) => [
    "process.command_line",
    `node --max-old-space-size=2048 dist/main.js --port ${d.below(9999)} --token-file /var/run/secrets/kubernetes.io/serviceaccount/token`,
  ],
  (d) => ["gen_ai.token.type", d.one(["input", "output"])],
  (d) => [
    "note",
    d.one([
      "Please reset the password of the customer and tell them to check their mail.",
      "The API key rotates every 30 days; ask the platform team.",
      "token: see the vault",
      "Die Sitzung läuft um 12:30:45 ab.",
    ]),
  ],
];
