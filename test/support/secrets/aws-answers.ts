import type { IncomingMessage, ServerResponse } from "node:http";

const xml = (name: string, inner: string): string =>
  `<${name}Response xmlns="https://aws.example/"><${name}Result>${inner}</${name}Result></${name}Response>`;

const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

/** Answers a request of the AWS SDK; `#n` in it says which secret the answer holds, `fail-` and `odd-` that it is an error. */
export function answerAsAws(
  { headers, url = "", method }: IncomingMessage,
  body: string,
  response: ServerResponse,
  secretOf: (nth: unknown) => string,
): void {
  const asked = `${url} ${body}`.replaceAll("%23", "#");
  const secret = secretOf(/#(\d+)/u.exec(asked)?.[1]);
  const [failure] = /\b(?:fail|odd)-/u.exec(asked) ?? [];
  const isJson = String(headers["content-type"]).startsWith("application/x-amz-json");
  if (failure !== undefined) {
    const code = failure === "odd-" ? secret : "AccessDenied";
    const told = `<Code>${escaped(code)}</Code><Message>${escaped(secret)}</Message>`;
    const error =
      method === "GET" || method === "PUT"
        ? `<Error>${told}</Error>`
        : `<ErrorResponse><Error>${told}</Error></ErrorResponse>`;
    response.writeHead(400, { "content-type": isJson ? "application/x-amz-json-1.1" : "text/xml" });
    response.end(isJson ? JSON.stringify({ __type: code, message: secret, Message: secret }) : error);
    return;
  }
  const target = String(headers["x-amz-target"] ?? new URLSearchParams(body).get("Action") ?? "S3");
  response.writeHead(200, {
    "content-type": isJson ? "application/x-amz-json-1.1" : "text/xml",
    "x-amzn-requestid": "1",
  });
  response.end(answers.find(([name]) => target.endsWith(name))?.[1](secret) ?? (isJson ? "{}" : ""));
}

const credentials = (secret: string): string =>
  `<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>${escaped(secret)}</SecretAccessKey>`;

const answers: readonly (readonly [operation: string, body: (secret: string) => string])[] = [
  [
    "GetSecretValue",
    (secret) =>
      JSON.stringify({
        ARN: "arn:aws:secretsmanager:eu-central-1:123456789012:secret:prod/db-a1b2c3",
        Name: "prod/db",
        SecretString: secret,
        SecretBinary: Buffer.from(secret).toString("base64"),
      }),
  ],
  [
    "GetParameter",
    (secret) => JSON.stringify({ Parameter: { Name: "/app/key", Type: "SecureString", Value: secret } }),
  ],
  [
    "AssumeRole",
    (secret) =>
      xml(
        "AssumeRole",
        `<Credentials>${credentials(secret)}<SessionToken>${escaped(secret)}</SessionToken></Credentials>`,
      ),
  ],
  ["CreateAccessKey", (secret) => xml("CreateAccessKey", `<AccessKey>${credentials(secret)}</AccessKey>`)],
  ["S3", (secret) => secret],
];
