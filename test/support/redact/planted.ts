import { createSign, generateKeyPairSync } from "node:crypto";
import fc from "fast-check";
import type { SecretFormat } from "../../../instrumentation/redact/data-shape.ts";
import { fitsFormat, formats } from "../../../instrumentation/redact/formats.ts";
import type { Dice } from "../dice.ts";
import { base62, base64, base64Url, digits, draw, hexDigits, lower, upper, uuid } from "./chars.ts";

/** Made-up secrets. `alone`: it is known by its looks; the others need a key, or a place, that says what they are. */
export interface Planted {
  readonly id: string;
  readonly secret: string;
  /** What everybody may know of it. */
  readonly prefix?: string;
  readonly alone: boolean;
}

/** One of each format in the lists, made from its regular expression. `even`: without a liking for odd texts. */
export function formatSecrets(seed: number, even = false): readonly Planted[] {
  return formats.flatMap((format, nth) =>
    format.prefixes.map((prefix, at) => {
      // Of one seed all would begin alike.
      const made = example(format, seed + nth * 7_919 + at * 104_729, even);
      return { id: format.id, secret: prefix + made, prefix, alone: true };
    }),
  );
}

function example({ rest, where }: SecretFormat, seed: number, even: boolean): string {
  const whole = new RegExp(`^(?:${rest})$`, "u");
  const plain = rest.replaceAll("{40,}", "{40,60}");
  for (let attempt = 0; ; attempt++) {
    const texts = fc.stringMatching(new RegExp(`^(?:${plain})$`, "u"));
    const [made] = fc.sample(even ? fc.noBias(texts) : texts, { seed: seed + attempt, numRuns: 1 });
    if (made !== undefined && whole.test(made) && fitsFormat(where, made)) return made;
    if (attempt > 100) throw new Error(`no example of ${rest}`);
  }
}

const pem = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey;

function jwt(dice: Dice): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = `${part({ alg: "RS256", typ: "JWT" })}.${part({ sub: draw(dice, lower, 8), iss: "https://login.acme.example", iat: 1_700_000_000 })}`;
  return `${body}.${createSign("RSA-SHA256").update(body).sign(pem, "base64url")}`;
}

/** Secrets that are in no list. */
export const otherSecrets: readonly ((dice: Dice) => Planted)[] = [
  (d) => ({ id: "aws secret key", secret: draw(d, base64, 40), alone: true }),
  (d) => ({ id: "base64url 32 bytes", secret: draw(d, base64Url, 43), alone: true }),
  (d) => ({ id: "base62 48", secret: draw(d, base62, 48), alone: true }),
  (d) => ({ id: "base64 64 bytes", secret: `${draw(d, base64, 86)}==`, alone: true }),
  (d) => ({ id: "base36 50", secret: draw(d, lower + digits, 50), alone: true }),
  (d) => ({
    id: "prefixed, unknown vendor",
    secret: `acme_live_${draw(d, base62, 40)}`,
    prefix: "acme_live_",
    alone: true,
  }),
  (d) => ({ id: "jwt", secret: jwt(d), alone: true }),
  (d) => ({ id: "hex 32", secret: draw(d, hexDigits, 32), alone: false }),
  (d) => ({ id: "hex 64", secret: draw(d, hexDigits, 64), alone: false }),
  (d) => ({ id: "uuid", secret: uuid(d), alone: false }),
  (d) => ({ id: "base62 16", secret: draw(d, base62, 16), alone: false }),
  (d) => ({ id: "base62 24", secret: draw(d, base62, 24), alone: false }),
  (d) => ({
    id: "password",
    secret: `${draw(d, upper, 1)}${draw(d, lower, 6)}${draw(d, digits, 3)}!`,
    alone: false,
  }),
];

export const privateKeys: readonly string[] = [
  pem.export({ type: "pkcs8", format: "pem" }).toString(),
  pem.export({ type: "pkcs1", format: "pem" }).toString(),
  generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "sec1", format: "pem" })
    .toString(),
  generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  pem.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" }).toString(),
];

type Place = readonly [name: string, text: (secret: string) => string];
const encode = encodeURIComponent;

/** Where a secret that is known by its looks may stand. */
export const tunedPlaces: readonly Place[] = [
  ["alone", (s) => s],
  ["sentence", (s) => `The deploy failed: could not use ${s} to sign in, so it was retried twice.`],
  ["end of a sentence", (s) => `we got back "${s}".`],
  ["json", (s) => JSON.stringify({ user: "ana", note: s, count: 3 })],
  ["json in json", (s) => JSON.stringify({ body: JSON.stringify({ a: [s] }) })],
  ["url query", (s) => `https://api.acme.example/v1/items?limit=5&x=${encode(s)}&y=2`],
  ["url path", (s) => `https://api.acme.example/v1/hooks/${encode(s)}/send`],
  ["url user", (s) => `https://${encode(s)}@git.acme.example/acme/app.git`],
  ["url password", (s) => `postgres://app:${encode(s)}@db.internal:5432/app?sslmode=require`],
  ["url fragment", (s) => `https://app.acme.example/callback#x=${encode(s)}`],
  ["sql", (s) => `UPDATE integrations SET value = '${s}' WHERE id = 7`],
  ["header", (s) => `GET / HTTP/1.1\r\nHost: a.example\r\nX-Thing: ${s}\r\nAccept: */*`],
  [
    "stack trace",
    (s) =>
      `Error: bad thing ${s}\n    at Client.send (/app/client.js:10:5)\n    at async main (/app/main.js:3:1)`,
  ],
  ["after a line break in json", (s) => JSON.stringify({ log: `first line\n${s}\nthird` })],
];

/** Where what stands before it says that it is one. */
export const tunedKeyedPlaces: readonly Place[] = [
  ["json", (s) => JSON.stringify({ host: "db", password: s })],
  ["json, spaced", (s) => JSON.stringify({ api_key: s, mode: "live" }, undefined, 2)],
  ["json in json", (s) => JSON.stringify({ body: JSON.stringify({ clientSecret: s }) })],
  ["url query", (s) => `https://api.acme.example/v1?api_key=${encode(s)}&page=2`],
  ["url password", (s) => `redis://:${encode(s)}@cache.internal:6379/0`],
  ["environment", (s) => `HOME=/root\nDB_PASSWORD=${s}\nPATH=/bin`],
  ["ado.net", (s) => `Server=tcp:db,1433;User Id=app;Password=${s};Encrypt=True`],
  ["flag", (s) => `deploy --region eu-west-1 --token ${s} --yes`],
  ["flag with a sign", (s) => `mysqldump --password=${s} app`],
  ["sql", (s) => `ALTER USER app WITH PASSWORD '${s}'`],
  ["basic header", (s) => `authorization: Basic ${Buffer.from(`ana:${s}`).toString("base64")}`],
  ["header", (s) => `X-Api-Key: ${s}`],
  ["error", (s) => `login failed for ana (password: "${s}")`],
  ["xml", (s) => `<connection><user>app</user><password>${s}</password></connection>`],
  ["yaml", (s) => `database:\n  user: app\n  password: ${s}\n  pool: 5\n`],
  ["python", (s) => `connect(host='db', password='${s}', timeout=5)`],
  ["raw headers", (s) => JSON.stringify(["host", "a.example", "x-api-key", s, "accept", "*/*"])],
  ["name and value", (s) => JSON.stringify({ name: "DB_PASSWORD", value: s })],
];

/** Like `tunedPlaces`, but of shapes that no rule was made with. */
export const unseenPlaces: readonly Place[] = [
  ["logfmt", (s) => `level=error msg="rejected ${s} from peer" attempt=3`],
  ["encoded twice", (s) => `https://a.example/login?return=${encode(`https://b.example/?x=${encode(s)}`)}`],
  ["matrix parameter", (s) => `https://a.example/map;v=${encode(s)}/tiles/3`],
  ["html", (s) => `<input type="hidden" name="x" value="${s}"><p>done</p>`],
  ["markdown", (s) => `Use \`${s}\` for **now**.`],
  ["csv", (s) => `id,name,x\n1,ana,${s}\n2,bo,none`],
  ["sql in dollars", (s) => `SELECT $body$ ${s} $body$ FROM jobs`],
  ["sql list", (s) => `INSERT INTO hooks (id, v) VALUES (1, '${s}'), (2, 'x')`],
  [
    "java",
    (s) =>
      `Caused by: com.acme.ApiException: 401 [${s}]\n\tat com.acme.Client.call(Client.java:42)\n\t... 12 more`,
  ],
  ["python", (s) => `  File "/srv/app.py", line 9, in run\n    client.call('${s}')\nValueError: b'${s}'`],
  ["form", (s) => `grant_type=x&a=${encode(s)}&scope=all`],
  ["colour", (s) => `\u001B[31m${s}\u001B[0m`],
  ["tabs", (s) => `ana\t${s}\t2026-11-21`],
  ["list", (s) => `[1, '${s}', None]`],
  ["escaped", (s) => JSON.stringify(JSON.stringify(`got:\n${s}\nend`))],
  ["last segment", (s) => `https://a.example/unsubscribe/${encode(s)}/`],
];

/** Like `tunedKeyedPlaces`, but of shapes that no rule was made with. */
export const unseenKeyedPlaces: readonly Place[] = [
  ["toml", (s) => `[aws]\nsecret_key = "${s}"\nregion = "eu"`],
  ["ruby", (s) => `{:host=>"db", :password=>"${s}"}`],
  ["properties", (s) => `spring.datasource.username=app\nspring.datasource.password=${s}\n`],
  ["libpq", (s) => `host=db port=5432 user=app password=${s} dbname=app`],
  ["jdbc", (s) => `jdbc:postgresql://db:5432/app?user=app&password=${encode(s)}&ssl=true`],
  ["curl", (s) => `curl -s -u ana:${s} https://a.example/`],
  ["bearer", (s) => `fetch failed: headers { Authorization: 'Bearer ${s}' }`],
  ["token header", (s) => `authorization: token ${s}`],
  ["cookie", (s) => `Cookie: theme=dark; sid=${s}`],
  ["identified by", (s) => `CREATE USER app IDENTIFIED BY '${s}'`],
  ["go", (s) => `{User:"app" Password:"${s}" Timeout:5s}`],
  ["inspect", (s) => `{ region: 'eu', apiKey: '${s}', retries: 2 }`],
  ["signed url", (s) => `https://b.s3.amazonaws.com/k?X-Amz-Expires=900&X-Amz-Signature=${encode(s)}`],
  ["shared access", (s) => `https://a.blob.core.windows.net/c?sv=2022-11-02&sp=r&sig=${encode(s)}`],
  ["amqp", (s) => `amqps://app:${encode(s)}@mq.acme.example/vhost`],
  ["docker", (s) => `docker run -e POSTGRES_PASSWORD=${s} -p 5432:5432 postgres:17`],
  ["graphql", (s) => `mutation { login(user: "ana", password: "${s}") { id } }`],
  ["kubernetes", (s) => `env:\n- name: API_TOKEN\n  value: ${s}\n- name: MODE\n  value: live`],
];
