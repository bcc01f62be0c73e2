import { EventEmitter, once } from "node:events";
import { describe, expect, test } from "@jest/globals";
import { deliver, type DeliverOptions } from "../../detector/alert/deliver.ts";
import { destinations } from "../../detector/alert/index.ts";
import { attemptsMax } from "../../detector/alert/next-step.ts";
import type { DeliveryAttempt, Outbox } from "../../detector/alert/ports.ts";
import { sender, type HttpAnswer, type Send } from "../../detector/alert/sender.ts";
import { alertOf, jumpingClock, memoryOutbox, receiver, secret, settingsOf } from "./support.ts";

/**
 * Goal: each alert reaches each destination at least once, whatever fails and whenever a sender dies.
 * Method: the real loop on an outbox in memory and a clock that jumps, with answers given by the test.
 */

const ok: HttpAnswer = { kind: "answered", status: 200, retryAfter: undefined };
const broken: HttpAnswer = { kind: "answered", status: 500, retryAfter: undefined };
const startMs = Date.parse("2026-02-02T00:00:00Z");

interface Setup extends Partial<Omit<DeliverOptions, "outbox" | "signal">> {
  readonly outbox: DeliverOptions["outbox"];
  readonly send: Send;
  /** Virtual time after which it is stopped. */
  readonly forMs?: number;
}

function run({ forMs = 60_000, ...given }: Setup): ReturnType<typeof deliver> {
  const stop = new AbortController();
  const clock = jumpingClock(startMs, (nowMs) => nowMs - startMs >= forMs && stop.abort());
  return deliver({
    destinations,
    settings: [settingsOf()],
    clock,
    log: () => undefined,
    signal: stop.signal,
    ...given,
  });
}

const idOf = (request: Parameters<Send>[0]): string => request.headers["webhook-id"] ?? "";

interface Calls extends Outbox {
  readonly send: Send;
}

/** The same calls, of which number `crashAt` is the last: it never comes back, as when the process is gone. */
function mortal(
  calls: Calls,
  crashAt: number,
  takesEffect: boolean,
): { calls: Calls; died: Promise<"died"> } {
  let made = 0;
  const life = new EventEmitter();
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    made += 1;
    if (made < crashAt) return work();
    if (made === crashAt && takesEffect) await work();
    life.emit("end");
    return new Promise<never>(() => undefined);
  };
  return {
    died: once(life, "end").then(() => "died"),
    calls: {
      claim: () => call(() => calls.claim()),
      owns: (generation) => call(() => calls.owns(generation)),
      pending: (name, limit) => call(() => calls.pending(name, limit)),
      record: (attempts) => call(() => calls.record(attempts)),
      send: (request) => call(() => calls.send(request)),
    },
  };
}

describe("deliver", () => {
  test("sends each alert once, and records it", async () => {
    const outbox = memoryOutbox([alertOf(1), alertOf(2)]);
    const sent: string[] = [];
    await run({ outbox, send: async (request) => (sent.push(idOf(request)), ok) });
    expect(sent).toEqual([alertOf(1).id, alertOf(2).id]);
    expect(outbox.attempts).toMatchObject([
      { attempt: 1, outcome: "delivered", status: 200, nextAtMs: 0 },
      { attempt: 1, outcome: "delivered", status: 200, nextAtMs: 0 },
    ]);
  });

  test("tries again on the schedule until it works, under the same id", async () => {
    const outbox = memoryOutbox([alertOf()]);
    const sent: string[] = [];
    await run({
      outbox,
      send: async (request) => (sent.push(idOf(request)), sent.length < 4 ? broken : ok),
      forMs: 120_000,
    });
    expect(new Set(sent).size).toBe(1);
    expect(outbox.attempts.map((one) => (one.atMs - startMs) / 1000)).toEqual([0, 5, 20, 50]);
    expect(outbox.attempts.map((one) => one.outcome)).toEqual(["failed", "failed", "failed", "delivered"]);
  });

  test("gives up after six hours, and says so", async () => {
    const outbox = memoryOutbox([alertOf()]);
    const seen: DeliveryAttempt[] = [];
    const said: string[] = [];
    await run({
      outbox,
      send: async () => broken,
      forMs: 7 * 3_600_000,
      log: (level, message) => said.push(`${level}: ${message}`),
      onAttempt: (attempt) => seen.push(attempt),
    });
    expect(seen).toHaveLength(attemptsMax);
    expect(seen.at(-1)).toMatchObject({ outcome: "abandoned", attempt: attemptsMax });
    expect(said.at(-1)).toBe("error: alert given up");
  });

  test("honours Retry-After and takes 410 for an end", async () => {
    const outbox = memoryOutbox([alertOf()]);
    const answers: HttpAnswer[] = [
      { kind: "answered", status: 429, retryAfter: "40" },
      { kind: "answered", status: 410, retryAfter: undefined },
    ];
    await run({ outbox, send: async () => answers.shift() ?? ok });
    expect(outbox.attempts.map((one) => [one.outcome, (one.atMs - startMs) / 1000])).toEqual([
      ["failed", 0],
      ["abandoned", 40],
    ]);
  });

  test("a crash between sending and recording sends again under the same id, and the receiver keeps one", async () => {
    const outbox = memoryOutbox([alertOf()]);
    const record = outbox.record.bind(outbox);
    const sent: string[] = [];
    const send: Send = async (request) => (sent.push(idOf(request)), ok);
    const crashing = { ...outbox, record: () => new Promise<never>(() => undefined) };
    void run({ outbox: crashing, send });
    while (sent.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(outbox.attempts).toHaveLength(0);
    await run({ outbox: { ...outbox, record }, send });
    expect(sent).toHaveLength(2);
    expect(new Set(sent).size).toBe(1);
    expect(outbox.attempts).toHaveLength(1);
  });

  test("a crash at any call, before or after it took effect, loses nothing and repeats at most one alert", async () => {
    let crashes = 0;
    for (let crashAt = 1; crashAt === crashes + 1; crashAt++) {
      for (const takesEffect of [false, true]) {
        const outbox = memoryOutbox([alertOf(1), alertOf(2)]);
        const sent: string[] = [];
        const send: Send = async (request) => (sent.push(idOf(request)), sent.length === 1 ? broken : ok);
        const dying = mortal({ ...outbox, send }, crashAt, takesEffect);
        const { send: dyingSend, ...dyingOutbox } = dying.calls;
        const end = await Promise.race([run({ outbox: dyingOutbox, send: dyingSend }), dying.died]);
        if (end === "died") crashes = crashAt;
        await run({ outbox, send });
        expect(new Set(sent)).toEqual(new Set([alertOf(1).id, alertOf(2).id]));
        expect(sent.length).toBeLessThanOrEqual(4);
        expect(await outbox.pending("pager", 10)).toEqual([]);
      }
    }
    // Every call of the undisturbed run up to the idle polls was a place to die.
    expect(crashes).toBeGreaterThan(12);
  });

  test("records again until the store takes it, without sending again", async () => {
    const outbox = memoryOutbox([alertOf()]);
    let failures = 3;
    let sent = 0;
    const flaky = {
      ...outbox,
      record: (done: readonly DeliveryAttempt[]) =>
        failures-- > 0 ? Promise.reject(new Error("store is down")) : outbox.record(done),
    };
    await run({ outbox: flaky, send: async () => (sent++, ok) });
    expect(sent).toBe(1);
    expect(outbox.attempts).toHaveLength(1);
  });

  test("the older of two senders stops, with alerts waiting and without", async () => {
    for (const alerts of [[], [alertOf(1), alertOf(2), alertOf(3)]]) {
      const outbox = memoryOutbox(alerts);
      let sent = 0;
      const older = run({ outbox, send: async () => (sent++, await outbox.claim(), broken) });
      if (alerts.length === 0) await outbox.claim();
      expect(await older).toBe("fenced");
      expect(sent).toBe(Math.min(alerts.length, 1));
    }
  });

  test("one destination that hangs holds up no other, and a stop waits for what is on its way", async () => {
    const outbox = memoryOutbox([alertOf(1), alertOf(2)]);
    const line = new EventEmitter();
    const hanging = once(line, "answer").then(() => ok);
    const settings = [
      settingsOf({ name: "slow", url: "http://127.0.0.1:1/slow" }),
      settingsOf({ name: "quick" }),
    ];
    const running = run({
      outbox,
      settings,
      send: (request) => (request.url.endsWith("slow") ? hanging : Promise.resolve(ok)),
    });
    while (outbox.attempts.length < 2) await new Promise((resolve) => setImmediate(resolve));
    expect(outbox.attempts.map((one) => one.destination)).toEqual(["quick", "quick"]);
    // Long enough for the clock to jump past the stop; the answer that arrives then is still recorded.
    for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
    line.emit("answer");
    expect(await running).toBe("stopped");
    expect(outbox.attempts.map((one) => one.destination)).toEqual(["quick", "quick", "slow"]);
  });

  test("many alerts that wait do not hide a newer one", async () => {
    const alerts = Array.from({ length: 350 }, (_, at) => alertOf(at + 1));
    const outbox = memoryOutbox(alerts);
    const last = alertOf(350).id;
    await run({ outbox, send: async (request) => (idOf(request) === last ? ok : broken), forMs: 30_000 });
    expect(outbox.attempts.find((one) => one.alertId === last)).toMatchObject({ outcome: "delivered" });
  });

  test("an alert below a destination's severity is settled without being sent or counted", async () => {
    const outbox = memoryOutbox([alertOf(1, "low"), alertOf(2, "high")]);
    const sent: string[] = [];
    let counted = 0;
    await run({
      outbox,
      settings: [settingsOf({ minSeverity: "medium" })],
      send: async (request) => (sent.push(idOf(request)), ok),
      onAttempt: () => counted++,
    });
    expect(sent).toEqual([alertOf(2).id]);
    expect(counted).toBe(1);
    expect(outbox.attempts).toHaveLength(2);
  });

  test("a secret that can't be used is in no attempt and no log line", async () => {
    const outbox = memoryOutbox([alertOf()]);
    const said: string[] = [];
    const unusable = { ...settingsOf(), secret: "whsec_T0K3N!" };
    await run({
      outbox,
      settings: [unusable],
      send: async () => ok,
      log: (...line) => said.push(JSON.stringify(line)),
    });
    expect(outbox.attempts[0]).toMatchObject({ outcome: "failed", error: "the request could not be made" });
    expect(said.join("") + JSON.stringify(outbox.attempts)).not.toContain("T0K3N");
  });

  test("a destination of an unknown kind is refused at once", async () => {
    const outbox = memoryOutbox([]);
    const settings = [{ ...settingsOf(), kind: "pigeon" }];
    await expect(run({ outbox, settings, send: async () => ok })).rejects.toThrow(
      "there is no kind pigeon, only webhook",
    );
  });

  test("over a real connection, no attempt tells the secret", async () => {
    const one = await receiver((response, nth) =>
      response.writeHead(nth === 1 ? 302 : 200, { location: "/x" }).end(),
    );
    const outbox = memoryOutbox([alertOf()]);
    await run({ outbox, settings: [settingsOf({ url: one.url })], send: sender() });
    await one.close();
    expect(outbox.attempts.map((attempt) => attempt.status)).toEqual([302, 200]);
    expect(JSON.stringify(outbox.attempts)).not.toContain(secret);
    expect(JSON.stringify(one.requests)).not.toContain(secret);
  });
});
