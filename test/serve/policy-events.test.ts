/**
 * Goal: a guard's stream costs no more than its limits, ends when it should, and is refused with a sentence.
 * Method: the route behind a real server, over logs in memory; a reader that takes nothing.
 */
import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { createServer, type Server } from "node:http";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { systemClock } from "../../detector/clock.ts";
import { routeHandler } from "../../detector/serve/handler.ts";
import { type PolicyEvents, policyEvents } from "../../detector/serve/policy-events.ts";
import { openPolicyFeed, type PolicyFeed } from "../../detector/serve/policy-feed.ts";
import { createTelemetry, type Telemetry } from "../../detector/telemetry.ts";
import { openPolicyStream } from "../support/policy-stream.ts";
import { memoryLog } from "../support/policy-log.ts";
import { until } from "../support/poll.ts";
import { ask } from "../support/spans.ts";

let [server, url]: [Server, string] = [createServer(), ""];
let feed: PolicyFeed;
let events: PolicyEvents;
let telemetry: Telemetry;
const client = { name: "c", tenant: "default", identities: [], may: ["guard"], authenticated: true } as const;

beforeEach(async () => {
  telemetry = createTelemetry({ role: "serve" });
  const log = (): void => undefined;
  feed = await openPolicyFeed({ control: memoryLog(), standings: memoryLog(), clock: systemClock, log });
  events = policyEvents({ feed, clock: systemClock, counters: telemetry, streamsMax: 2 });
  const handle = routeHandler([events.route], { nowMs: () => 0, log, onAnswered: () => undefined });
  server = createServer((req, res) => void handle(req, res, client)).listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterEach(async () => {
  events.stop();
  feed.stop();
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

const task = (id: string) =>
  ({
    kind: "task_opened",
    tenant: "default",
    author: "a",
    atUs: Date.now() * 1000,
    task: { id, kind: "change", title: "x".repeat(512) },
  }) as const;
const count = async (reason: string): Promise<string | undefined> =>
  new RegExp(`^answerable_policy_streams_cut_total\\{reason="${reason}"[^}]*\\} (\\d+)$`, "mu").exec(
    await telemetry.renderPrometheus(),
  )?.[1];

test("a reader that takes nothing is cut off and counted, and others are not held up", async () => {
  const slow = connect(Number(new URL(url).port), "127.0.0.1");
  slow.on("error", () => undefined);
  slow.write("GET /v1/policy/events?identity=agent:slow HTTP/1.1\r\nhost: localhost\r\n\r\n");
  await once(slow, "data");
  slow.pause();
  const quick = await openPolicyStream(url, ["agent:quick"]);
  for (let at = 0; at < 40_000 && (await count("slow")) === "0"; at += 200) {
    await feed.append(Array.from({ length: 200 }, (_, nth) => task(String(at + nth))));
    // As the one who takes must have its turn.
    await systemClock.sleep(5);
  }
  expect(await count("slow")).toBe("1");
  await feed.append([task("last")]);
  await quick.entry((record) => record.kind === "task_opened" && record.task.id === "last");
  expect(quick.isOver()).toBe(false);
  quick.close();
  slow.destroy();
}, 60_000);

test("beyond the most streams a guard is asked to come again; one that leaves makes room", async () => {
  const [first, second] = [await openPolicyStream(url, ["a"]), await openPolicyStream(url, ["b"])];
  const refused = await ask(url, "/v1/policy/events?identity=c");
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(await count("too_many")).toBe("1");
  first.close();
  await until("there is room", async () => {
    const third = await openPolicyStream(url, ["c"]);
    third.close();
    return third.status === 200;
  });
  events.stop();
  await until("the stream has ended", () => second.isOver());
});

test.each([
  ["no identity", "", 400],
  ["an empty identity", "?identity=", 400],
  ["an endless identity", `?identity=${"x".repeat(513)}`, 400],
  ["too many identities", `?${"identity=a&".repeat(257)}`, 400],
])("a stream for %s is refused", async (_, query, status) => {
  expect((await ask(url, `/v1/policy/events${query}`)).status).toBe(status);
});

test.each(["c9999.s0", "c0.s1", "c1", "x", "c-1.s0"])(
  "a guard that was at %s is told all anew",
  async (lastEventId) => {
    const stream = await openPolicyStream(url, ["agent:a"], { lastEventId });
    expect(stream.events[0]?.event).toBe("snapshot");
    stream.close();
  },
);
