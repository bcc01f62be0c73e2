/** Writes `test/recordings/hostile.jsonl`: broken requests, and what becomes of the spans that can be used. */
import { writeFileSync } from "node:fs";
import { hostileRequests } from "../support/hostile-requests.ts";
import { judgedBytes } from "../support/judged-bytes.ts";

const requestsMax = 400;
const bodyBytesMax = 2000;

const requestAt = hostileRequests();
const lines: string[] = [];
for (let at = 0; lines.length < requestsMax; at += 1) {
  const { body, encoding } = requestAt(at);
  if (encoding !== "otlp_proto" || body.length > bodyBytesMax) continue;
  lines.push(JSON.stringify({ body: Buffer.from(body).toString("base64"), spans: judgedBytes(body) }));
}
writeFileSync(new URL("../../../test/recordings/hostile.jsonl", import.meta.url), `${lines.join("\n")}\n`);
process.stdout.write(`${String(lines.length)} requests in test/recordings/hostile.jsonl\n`);
