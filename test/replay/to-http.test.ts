import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import type { ReplaySpan } from "../../detector/replay/span-of-line.ts";
import type { Taken } from "../../detector/replay/target.ts";
import { httpTarget } from "../../detector/replay/to-http.ts";
import { sleeplessClock } from "./support.ts";

const span: ReplaySpan = {
  identityId: "agent:a",
  traceId: "0".repeat(31) + "1",
  spanId: "0".repeat(15) + "1",
  name: "execute_tool x",
  kind: "internal",
  startMs: 1,
  endMs: 2,
  failed: false,
  attributes: { "nhi.action.name": "x" },
};

interface Outcome {
  /** What it gave back, or the message of its error. */
  readonly taken: Taken | string;
  readonly slept: readonly number[];
  readonly requests: readonly { readonly headers: IncomingHttpHeaders; readonly body: Buffer }[];
}

async function sendTo(
  answer: (response: ServerResponse, nth: number) => void,
  giveUpAfterMs = 60_000,
): Promise<Outcome> {
  const requests: { headers: IncomingHttpHeaders; body: Buffer }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      requests.push({ headers: request.headers, body: Buffer.concat(chunks) });
      answer(response, requests.length);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  const clock = sleeplessClock();
  const target = httpTarget({ url: `http://127.0.0.1:${port}/v1/traces?token=T0K3N`, clock, giveUpAfterMs });
  expect(target.name).toBe(`http://127.0.0.1:${port}/v1/traces`);
  const taken = await target
    .send([span])
    .catch((error: unknown) => (error instanceof Error ? error.message : "not an error"));
  server.closeAllConnections();
  server.close();
  return { taken, slept: clock.slept, requests };
}

/** partial_success { rejected_spans: 3, error_message: "no" }, by hand. */
const partialSuccess = Buffer.from([0x0a, 0x06, 0x08, 0x03, 0x12, 0x02, 0x6e, 0x6f]);

describe("to an OTLP receiver", () => {
  test("sends gzipped protobuf", async () => {
    const { taken, requests } = await sendTo((response) => response.end());
    expect(taken).toEqual({ rejected: 0, message: "" });
    expect(requests[0]?.headers).toMatchObject({
      "content-type": "application/x-protobuf",
      "content-encoding": "gzip",
    });
    expect(gunzipSync(requests[0]?.body ?? "").includes("execute_tool x")).toBe(true);
  });

  test("reads a partial success", async () => {
    const { taken } = await sendTo((response) =>
      response.writeHead(200, { "content-type": "application/x-protobuf" }).end(partialSuccess),
    );
    expect(taken).toEqual({ rejected: 3, message: "no" });
  });

  test("waits as long as the receiver asks, or longer and longer", async () => {
    const asks = await sendTo((response, nth) =>
      (nth === 1 ? response.writeHead(429, { "retry-after": "3" }) : response).end(),
    );
    expect(asks.slept).toEqual([3000]);
    const silent = await sendTo((response, nth) => response.writeHead(nth < 4 ? 503 : 200).end());
    expect(silent.slept).toEqual([250, 500, 1000]);
  });

  test("tries again after a broken connection", async () => {
    const { taken, requests } = await sendTo((response, nth) =>
      nth === 1 ? response.destroy() : response.end(),
    );
    expect(taken).toEqual({ rejected: 0, message: "" });
    expect(requests).toHaveLength(2);
  });

  test("gives up after a while, with a sentence that names the target and not its token", async () => {
    const { taken } = await sendTo((response) => response.writeHead(503).end(), 5000);
    expect(taken).toMatch(/gave up on http:\/\/127\.0\.0\.1:\d+\/v1\/traces after \d s: HTTP 503/u);
  });

  test("does not repeat what was refused", async () => {
    const { taken, requests } = await sendTo((response) => response.writeHead(400).end());
    expect(taken).toMatch(/refused the spans: HTTP 400/u);
    expect(requests).toHaveLength(1);
  });
});
