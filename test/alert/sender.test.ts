import { afterEach, describe, expect, test } from "@jest/globals";
import { sender } from "../../detector/alert/sender.ts";
import { receiver, type Receiver } from "./support.ts";

const open: Receiver[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

async function listening(...args: Parameters<typeof receiver>): Promise<Receiver> {
  const one = await receiver(...args);
  open.push(one);
  return one;
}

const post = sender({ totalMs: 300, bodyBytesMax: 1024 });

describe("the sender", () => {
  test("sends the body with its headers and gives back the status", async () => {
    const { url, requests } = await listening((response) => response.writeHead(202).end("thanks"));
    const answer = await post({ url, headers: { "webhook-id": "a1" }, body: '{"ä":1}' });
    expect(answer).toEqual({ kind: "answered", status: 202, retryAfter: undefined });
    expect(requests[0]).toMatchObject({
      body: '{"ä":1}',
      headers: { "webhook-id": "a1", "content-length": "8" },
    });
  });

  test("does not follow a redirect", async () => {
    const target = await listening((response) => response.end());
    const { url } = await listening((response) => response.writeHead(307, { location: target.url }).end());
    expect(await post({ url, headers: {}, body: "{}" })).toMatchObject({ kind: "answered", status: 307 });
    expect(target.requests).toHaveLength(0);
  });

  test("stops reading an endless body, and the status counts", async () => {
    const { url } = await listening((response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write(Buffer.alloc(512)), 1);
      response.on("close", () => clearInterval(more));
    });
    const startedMs = performance.now();
    expect(await post({ url, headers: {}, body: "{}" })).toMatchObject({ status: 200 });
    expect(performance.now() - startedMs).toBeLessThan(290);
  });

  test("gives up on an answer that never comes", async () => {
    const { url } = await listening(() => undefined);
    expect(await post({ url, headers: {}, body: "{}" })).toEqual({ kind: "failed", reason: "timed out" });
  });

  test("passes on what Retry-After says", async () => {
    const { url } = await listening((response) => response.writeHead(429, { "retry-after": "7" }).end());
    expect(await post({ url, headers: {}, body: "{}" })).toMatchObject({ status: 429, retryAfter: "7" });
  });

  test("names the code of a connection that failed, never the URL", async () => {
    const one = await receiver(() => undefined);
    await one.close();
    const answer = await post({ url: `${one.url}?token=T0K3N`, headers: {}, body: "{}" });
    expect(answer).toEqual({ kind: "failed", reason: "ECONNREFUSED" });
  });

  test("survives an answer that is cut off", async () => {
    const { url } = await listening((response) => response.destroy());
    expect(await post({ url, headers: {}, body: "{}" })).toEqual({ kind: "failed", reason: "ECONNRESET" });
  });
});
