/**
 * Goal: a service that is slow, away or hostile harms no host, and nothing is decided on what is old without saying so.
 * Method: the SDK against a double that cuts, mutes and garbles its streams; and the reader of events on every cut of its bytes.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ActionDenied, guard, record } from "../../instrumentation/index.ts";
import { EventReader, type ServerEvent } from "../../instrumentation/guard/event-stream.ts";
import { PolicySnapshot } from "../../instrumentation/guard/snapshot.ts";
import { type Guarded, guarded, known } from "../support/guarded.ts";
import { grantOf, type PolicyDouble, policyDouble } from "../support/policy-double.ts";
import { until } from "../support/poll.ts";
import { repositoryRoot } from "../support/repository.ts";

let service: PolicyDouble;
let sdk: Guarded | undefined;

beforeEach(async () => {
  service = await policyDouble();
});
afterEach(async () => {
  await sdk?.stop();
  sdk = undefined;
  await service.stop();
});

const reasonNow = (name = "tickets.open"): string => guard({ kind: "tool_call", name }).reason;
const run = (kind: "tool_call" | "secret_read" = "tool_call"): string =>
  record({ kind, name: "tickets.open" }, () => "ran");

describe("a connection that", () => {
  test("ends is taken up where it ended", async () => {
    service.grant();
    sdk = await guarded(service.url);
    service.cut();
    service.grant({ operations: ["mail.*"] });
    await until("it is told what it missed", () => reasonNow() === "outside_scope");
    expect(service.connections.map(({ headers }) => headers["last-event-id"])).toEqual([undefined, "c1.s0"]);
  });

  test("says nothing any more is of no use after a while: what is old is said, and the fail mode decides", async () => {
    service.grant({ operations: ["mail.*"] });
    sdk = await guarded(service.url, {
      snapshotMaxAgeMs: 200,
      fail: { default: "open", secret_read: "closed" },
    });
    expect(run).toThrow(ActionDenied);
    service.mute();
    await until("it is stale", () => reasonNow() === "stale_snapshot");
    expect(run()).toBe("ran");
    expect(() => run("secret_read")).toThrow(ActionDenied);
    const [, open, closed] = await sdk.collected.actions();
    expect(open?.decision).toEqual({ verdict: "allow", outcome: "allowed", reason: "stale_snapshot" });
    expect(open?.attributes["nhi.decision.age_ms"]).toBeGreaterThanOrEqual(200);
    expect(closed?.decision).toEqual({ verdict: "deny", outcome: "blocked", reason: "stale_snapshot" });
    expect(sdk.answerable.stats().guard).toMatchObject({ blocked: 2 });
    expect(sdk.answerable.stats().guard?.stale).toBeGreaterThanOrEqual(3);
  });

  test("was cut frees nobody who was stopped, even where it fails open", async () => {
    service.say({
      kind: "standing_set",
      subject: { kind: "identity", id: "agent:test" },
      standing: "revoked",
      reason: "",
    });
    sdk = await guarded(service.url, { snapshotMaxAgeMs: 100, fail: "open" });
    service.fault = ({ response }) => response.destroy().destroyed;
    service.cut();
    await until("it is stale", () => reasonNow() === "stale_snapshot");
    expect(run).toThrow(ActionDenied);
  });
});

describe("a service that", () => {
  test("isn't there leaves it to the fail mode", async () => {
    const fail = { default: "open", secret_read: "closed" } as const;
    sdk = await guarded("http://127.0.0.1:9", { fail, readyMs: 50 }, false);
    const later = (kind: "tool_call" | "secret_read"): Promise<string> =>
      record({ kind, name: "tickets.open" }, async () => "ran");
    await expect(later("secret_read")).rejects.toMatchObject({ reason: "no_snapshot" });
    expect([await later("tool_call"), run()]).toEqual(["ran", "ran"]);
    expect(() => run("secret_read")).toThrow(ActionDenied);
    expect(record({ kind: "agent_run", name: "triage" }, () => "ran")).toBe("ran");
    await until(
      "it is said",
      () => sdk?.answerable.stats().guard?.trouble?.includes("ECONNREFUSED") === true,
    );
  });

  const faults: Readonly<Record<string, PolicyDouble["fault"]>> = {
    "refuses us": ({ response }) => response.writeHead(403).end("no").headersSent,
    "never answers": () => true,
    "hangs up": ({ response }) => response.destroy().destroyed,
    "sends garbage": ({ response }) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const data of ["}{", "null", "[]", '{"records":7}', '{"records":[null,7,{"position":"x"},{}]}x'])
        response.write(`event: snapshot\ndata: ${data}\n\nevent: entry\ndata: ${data}\n\n`);
      response.write(Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0x0a]));
      return true;
    },
    "beats and tells nothing": ({ response }) => {
      response.writeHead(200);
      return response.write("id: c9.s9\nevent: beat\ndata: {}\n\n");
    },
    "sends a line without an end": ({ response }) => {
      response.writeHead(200);
      const piece = "x".repeat(1024 * 1024);
      for (let count = 0; count < 20; count += 1) response.write(piece);
      return true;
    },
  };
  test.each(Object.entries(faults))("%s is as good as none, and does no harm", async (_, fault) => {
    service.fault = fault;
    sdk = await guarded(service.url, { fail: "closed", readyMs: 150 }, false);
    await expect(record({ kind: "tool_call", name: "x" }, async () => "ran")).rejects.toMatchObject({
      reason: "no_snapshot",
    });
    expect(run).toThrow(ActionDenied);
  });

  test("comes to its senses is heard", async () => {
    let tries = 0;
    service.fault = ({ response }) => {
      tries += 1;
      return tries === 1 && response.destroy().destroyed;
    };
    service.grant();
    sdk = await guarded(service.url, { fail: "closed" }, false);
    await known();
    expect(run()).toBe("ran");
  });

  test("is asked by its token, for those who act here alone", async () => {
    sdk = await guarded(service.url, { headers: { authorization: "Bearer t" } });
    expect(service.connections[0]).toMatchObject({
      identities: ["agent:test"],
      headers: { authorization: "Bearer t", accept: "text/event-stream" },
    });
  });
});

test("identities are asked for up to a limit, and beyond it the fail mode decides", async () => {
  sdk = await guarded(service.url, { fail: "closed" });
  const ask = (nth: number): string =>
    guard({ kind: "tool_call", name: "x", identity: { id: `agent:${nth}`, kind: "ai_agent" } }).reason;
  for (let nth = 0; nth < 150; nth += 1) ask(nth);
  await until("the first are known", () => ask(98) === "no_grant");
  expect(ask(149)).toBe("unknown_identity");
  expect(service.connections.at(-1)?.identities).toHaveLength(100);
  expect(sdk.answerable.stats().guard?.unasked).toBeGreaterThan(0);
});

test("no process is held open by its guard", async () => {
  const program = `
    import { start } from ${JSON.stringify(pathToFileURL(join(repositoryRoot, "dist/instrumentation/index.js")).href)};
    start({ identity: { id: "agent:test", kind: "ai_agent" }, guard: { mode: "enforce", endpoint: "${service.url}" }, exporter: { name: "none", send: async () => "sent" } });
    setTimeout(() => console.log("over"), 300);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "inherit" });
  const startedAtMs = Date.now();
  const [code] = (await once(child, "exit")) as [number];
  expect(code).toBe(0);
  expect(Date.now() - startedAtMs).toBeLessThan(8_000);
  expect(service.connections.length).toBeGreaterThan(0);
});

describe("events", () => {
  const text =
    'id: c1.s0\r\nevent: entry\ndata: {"ä":\ndata: 1}\r\n\r: comment\ndata\n\nid: bad\0\nevent:beat\n\n';
  const whole: readonly ServerEvent[] = [
    { event: "entry", data: '{"ä":\n1}', id: "c1.s0" },
    { event: "message", data: "", id: "c1.s0" },
    { event: "beat", data: "", id: "c1.s0" },
  ];

  test("are read alike wherever the bytes are cut", () => {
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.byteLength; cut += 1) {
      const read: ServerEvent[] = [];
      const reader = new EventReader(1000);
      for (const part of [bytes.subarray(0, cut), bytes.subarray(cut)])
        reader.read(part, (one) => read.push(one));
      expect(read).toEqual(whole);
    }
  });

  test("that are longer than may be held end the connection", () => {
    const reader = new EventReader(1000);
    const piece = Buffer.from("data: x\n".repeat(50));
    expect(() => {
      for (let count = 0; count < 10; count += 1) reader.read(piece, () => undefined);
    }).toThrow(RangeError);
  });

  test("that can't be read are counted and change nothing", () => {
    const snapshot = new PolicySnapshot({ nowMs: () => 1_000, elapsedMs: () => 0 }, "default");
    const tell = (event: string, data: unknown): string =>
      snapshot.take({ event, data: JSON.stringify(data), id: "" }, new Set(["agent:test"]));
    const common = { tenant: "default", author: "user:ana", atUs: 1 };
    expect(tell("entry", { position: 0, record: { ...common, kind: "grant_revoked", grantId: "g" } })).toBe(
      "unread",
    );
    expect(tell("snapshot", { records: [] })).toBe("heard");
    const broken: readonly object[] = [
      { kind: "grant_given", grant: { ...grantOf(), operations: 7 } },
      { kind: "grant_given", grant: { ...grantOf(), operations: [null] } },
      { kind: "standing_set", subject: { kind: "identity", id: "agent:test" }, standing: "free" },
      { kind: "guard_set", defaults: { ungranted: "perhaps" } },
      { kind: "approval_answered", approvalId: "a", answer: "yes" },
      { kind: "task_opened", task: null },
    ];
    for (const one of broken) tell("entry", { position: 1, record: { ...common, ...one } });
    expect(snapshot.unreadable).toBe(1 + broken.length);
    expect(tell("entry", { position: 2, record: { ...common, kind: "not_known_yet" } })).toBe("heard");
    expect(snapshot.book.of("default").grants.size).toBe(0);
  });
});
