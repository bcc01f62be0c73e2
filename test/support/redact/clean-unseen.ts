import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import type { Dice } from "../dice.ts";
import { testData } from "../test-data.ts";
import { base32, base62, base64Url, digits, draw, hexDigits, lower, upper, uuid } from "./chars.ts";
import type { CleanShape } from "./clean.ts";

/**
 * Every different text of recorded actions, with the property that it stood under: what agents and a cloud account do, and
 * on what.
 */
export function recordedValues(file: string): readonly (readonly [string, string])[] {
  const seen = new Map<string, readonly [string, string]>();
  for (const line of gunzipSync(readFileSync(testData(file)))
    .toString("utf8")
    .trimEnd()
    .split("\n"))
    collect("action", JSON.parse(line), seen);
  return [...seen.values()];
}

function collect(key: string, value: unknown, seen: Map<string, readonly [string, string]>): void {
  if (typeof value === "string") seen.set(`${key}\0${value}`, [key, value]);
  else if (Array.isArray(value)) for (const each of value) collect(key, each, seen);
  else if (typeof value === "object" && value !== null)
    for (const [name, each] of Object.entries(value)) collect(name, each, seen);
}

const words = [
  "atlas",
  "harbor",
  "kestrel",
  "nightly",
  "ledger",
  "quartz",
  "router",
  "shipping",
  "tenant",
  "widget",
];
const two = (d: Dice): string => `${d.one(words)}${d.one(["-", "_", "."])}${d.one(words)}`;

/** Attributes without a secret, of shapes that no rule was made with. */
export const unseenShapes: readonly CleanShape[] = [
  (d) => [
    "gcp.resource.name",
    `//compute.googleapis.com/projects/${two(d)}-${draw(d, digits, 6)}/zones/europe-west1-b/instances/${two(d)}`,
  ],
  (d) => ["gcp.log.insert_id", draw(d, lower + digits, 16)],
  (d) => ["azure.activity.id", `{${uuid(d).toUpperCase()}}`],
  (d) => [
    "azure.resource",
    `/subscriptions/${uuid(d)}/resourcegroups/${two(d)}/providers/Microsoft.Storage/storageAccounts/${d.one(words)}${draw(d, digits, 3)}`,
  ],
  (d) => ["faas.instance", `2026/11/21/[$LATEST]${draw(d, hexDigits, 32)}`],
  (d) => [
    "aws.xray",
    `Root=1-${draw(d, hexDigits, 8)}-${draw(d, hexDigits, 24)};Parent=${draw(d, hexDigits, 16)};Sampled=1`,
  ],
  (d) => [
    "aws.role",
    `arn:aws:iam::${draw(d, digits, 12)}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_PowerUser_${draw(d, hexDigits, 16)}`,
  ],
  (d) => ["aws.principal", `AROA${draw(d, `${upper}234567`, 17)}:${two(d)}`],
  (d) => ["elb", `app/${two(d)}/${draw(d, hexDigits, 16)}`],
  (d) => [
    "image",
    `ghcr.io/${two(d)}/server:v${d.below(9)}.${d.below(20)}.${d.below(9)}-${draw(d, hexDigits, 12)}`,
  ],
  (d) => ["helm", `sh.helm.release.v1.${two(d)}.v${d.below(99)}`],
  (d) => [
    "terraform",
    `module.${d.one(words)}.aws_iam_role_policy_attachment.${d.one(words)}["AmazonEKSWorkerNodePolicy"]`,
  ],
  (d) => [
    "grpc",
    `/acme.${d.one(words)}.v1beta1.${d.one(["LedgerService", "OAuth2TokenService"])}/ListCredentialRotations`,
  ],
  (d) => [
    "java.exception",
    `java.lang.IllegalStateException: Failed to introspect Class [com.acme.${d.one(words)}.OAuth2AuthorizedClientManagerConfiguration] from ClassLoader [jdk.internal.loader.ClassLoaders$AppClassLoader@${draw(d, hexDigits, 8)}]`,
  ],
  (d) => [
    "java.stack",
    `\tat org.springframework.beans.factory.support.AbstractAutowireCapableBeanFactory.resolveBeforeInstantiation(AbstractAutowireCapableBeanFactory.java:${d.below(1_200)})`,
  ],
  (d) => [
    "python.traceback",
    `Traceback (most recent call last):\n  File "/srv/${d.one(words)}/venv/lib/python3.12/site-packages/urllib3/connectionpool.py", line ${d.below(900)}, in urlopen\nKeyError: '${two(d)}'`,
  ],
  (d) => [
    "go.panic",
    `goroutine ${d.below(999)} [running]:\nmain.(*Server).ServeHTTP(0xc000${draw(d, hexDigits, 6)}, {0x7f${draw(d, hexDigits, 10)}, 0xc0001${draw(d, hexDigits, 5)}})`,
  ],
  () => ["http.cookie.name", "__Host-next-auth.csrf"],
  (d) => ["net.peer", Array.from({ length: 8 }, () => draw(d, hexDigits, 4)).join(":")],
  (d) => ["mac", Array.from({ length: 6 }, () => draw(d, hexDigits, 2)).join(":")],
  (d) => [
    "time",
    `2026-0${1 + d.below(9)}-1${d.below(9)}T${10 + d.below(13)}:4${d.below(9)}:07.${draw(d, digits, 6)}+02:00`,
  ],
  (d) => ["cron", `*/${1 + d.below(30)} 0-6 * * 1,3,5`],
  (d) => ["maven", `org.apache.${d.one(words)}:${two(d)}:${d.below(9)}.${d.below(9)}.${d.below(9)}.RELEASE`],
  (d) => [
    "package",
    `pkg:npm/%40acme/${two(d)}@${d.below(9)}.${d.below(9)}.0?vcs_url=git%2Bhttps%3A%2F%2Fgithub.com%2Facme%2F${d.one(words)}`,
  ],
  (d) => ["temporal.run", `${two(d)}-workflow-${uuid(d)}-${draw(d, digits, 13)}`],
  (d) => ["cuid", `c${draw(d, lower + digits, 24)}`],
  (d) => ["nanoid", draw(d, base64Url, 21)],
  (d) => ["stripe.object", `pi_3${draw(d, base62, 23)}`],
  (d) => ["slack.channel", `C0${draw(d, upper + digits, 9)}`],
  (d) => ["event", `evt_${draw(d, base32, 26)}`],
  (d) => ["anthropic.request", `req_011C${draw(d, base62, 20)}`],
  (d) => ["anthropic.message", `msg_bdrk_01${draw(d, base62, 22)}`],
  (d) => ["gen_ai.conversation.id", `conv_${draw(d, hexDigits, 50)}`],
  (d) => ["kafka.topic", `${two(d)}.events.v${d.below(9)}-dlq`],
  (d) => ["consumer", `consumer-${two(d)}-${d.below(9)}-${uuid(d)}`],
  (d) => [
    "sql",
    `INSERT INTO ${d.one(words)}.audit_log (actor, token_id, created_at) VALUES ($1, $2, now()) ON CONFLICT (token_id) DO NOTHING`,
  ],
  (d) => [
    "sql",
    `CREATE TABLE ${d.one(words)} (id uuid PRIMARY KEY, password_hash bytea NOT NULL, secret_name text DEFAULT 'none', api_key_id bigint)`,
  ],
  (d) => [
    "jsonrpc",
    JSON.stringify({
      jsonrpc: "2.0",
      id: d.below(999),
      method: "tools/call",
      params: {
        name: two(d),
        arguments: {
          query: `quarterly ${d.one(words)} figures`,
          maxTokens: 4_096,
          progressToken: d.below(99),
        },
      },
    }),
  ],
  (d) => [
    "policy",
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Action: ["secretsmanager:GetSecretValue", "kms:Decrypt"],
          Resource: `arn:aws:kms:eu-central-1:${draw(d, digits, 12)}:key/${uuid(d)}`,
        },
      ],
    }),
  ],
  (d) => [
    "headers",
    JSON.stringify({
      host: `${two(d)}.example`,
      "content-type": "application/json; charset=utf-8",
      "x-request-id": uuid(d),
      "content-length": String(d.below(9_000)),
    }),
  ],
  (d) => [
    "oauth",
    `grant_type=client_credentials&scope=api%3A%2F%2F${uuid(d)}%2F.default&token_endpoint_auth_method=client_secret_basic`,
  ],
  (d) => [
    "log",
    `level=info ts=2026-11-21T10:${10 + d.below(49)}:00Z caller=main.go:${d.below(400)} msg="token refreshed" user=${two(d)} expires_in=3600 token_type=Bearer`,
  ],
  (d) => [
    "log",
    `[${d.below(9_999)}] secret "${two(d)}" rotated; next rotation in ${d.below(90)} days (key version ${d.below(9)})`,
  ],
  (d) => ["git", `refs/heads/feature/${d.one(["JIRA", "OPS"])}-${draw(d, digits, 4)}-${two(d)}-retry-logic`],
  (d) => [
    "file",
    `s3://${two(d)}-prod/year=2026/month=11/part-${draw(d, digits, 5)}-${uuid(d)}-c000.snappy.parquet`,
  ],
  (d) => ["k8s", `system:serviceaccount:${two(d)}:${d.one(words)}-controller`],
  (d) => [
    "email",
    `bounces+${draw(d, digits, 7)}-${draw(d, hexDigits, 4)}-${d.one(words)}=acme.example@em${draw(d, digits, 4)}.acme.example`,
  ],
  (d) => [
    "text",
    d.one([
      "Le mot de passe a été changé par l'administrateur.",
      "Bitte den API-Schlüssel im Tresor ablegen: Abteilung Technik.",
      "密码已更新，请重新登录。",
      "She said: authorization follows once the token of appreciation arrives.",
    ]),
  ],
  (d) => ["coordinates", `${d.below(90)}.${draw(d, digits, 14)},-${d.below(180)}.${draw(d, digits, 14)}`],
  (d) => ["iban", `DE${draw(d, digits, 20)}`],
  (d) => [
    "base64.text",
    Buffer.from(JSON.stringify({ page: d.below(99), after: two(d), sort: "created_at" })).toString(
      "base64url",
    ),
  ],
];
