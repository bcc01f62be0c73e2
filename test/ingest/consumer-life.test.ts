/** What becomes of a consumer whose client gives up. */
import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import type { Consumer } from "kafkajs";
import { live } from "../../detector/ingest/consumer-life.ts";
import { onSetBack } from "../../detector/ingest/set-back.ts";

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A consumer that only crashes. */
function crashing(): {
  readonly consumer: Consumer;
  readonly crash: (name: string, restart: boolean) => void;
} {
  const emitter = new EventEmitter();
  const consumer = {
    events: { CRASH: "crash" },
    on: (event: string, listener: (told: unknown) => void) => emitter.on(event, listener),
    stop: async () => undefined,
    disconnect: async () => undefined,
  };
  return {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- All of it that is used.
    consumer: consumer as unknown as Consumer,
    crash: (name, restart) => {
      const error = Object.assign(new Error(`${name} came`), { name });
      emitter.emit("crash", { payload: { error, restart } });
    },
  };
}

test("a group without a coordinator, as of a broker that has just started, is asked for again until it is stopped", async () => {
  const { consumer, crash } = crashing();
  let begun = 0;
  const life = await live(consumer, new Set(), async () => void (begun += 1));
  for (let times = 1; times < 4; times += 1) {
    expect(begun).toBe(times);
    crash("KafkaJSGroupCoordinatorNotFound", false);
    await jest.advanceTimersByTimeAsync(1_000);
  }
  crash("KafkaJSGroupCoordinatorNotFound", false);
  await life.stop();
  await jest.advanceTimersByTimeAsync(10_000);
  expect(begun).toBe(4);
});

test("what the client gets over by itself is left to it, anything else ends the role", async () => {
  const { consumer, crash } = crashing();
  let begun = 0;
  const life = await live(consumer, new Set(), async () => void (begun += 1));
  crash("KafkaJSConnectionError", true);
  await jest.advanceTimersByTimeAsync(10_000);
  expect(begun).toBe(1);
  crash("KafkaJSNonRetriableError", false);
  await expect(life.ended).rejects.toThrow("KafkaJSNonRetriableError came");
});

test("a beginning that fails ends the role", async () => {
  const { consumer, crash } = crashing();
  let begun = 0;
  const life = await live(consumer, new Set(), async () => {
    begun += 1;
    if (begun === 2) throw new Error("no broker");
  });
  crash("KafkaJSGroupCoordinatorNotFound", false);
  await jest.advanceTimersByTimeAsync(1_000);
  await expect(life.ended).rejects.toThrow("no broker");
});

test("what begins anew is stopped first, and what is stopping doesn't begin again", async () => {
  const { consumer } = crashing();
  const told: string[] = [];
  jest.spyOn(consumer, "stop").mockImplementation(async () => void told.push("stop"));
  const life = await live(consumer, new Set(), async () => void told.push("begin"));
  await life.anew();
  expect(told).toEqual(["begin", "stop", "begin"]);
  const anew = life.anew();
  await life.stop();
  await anew;
  expect(told).toEqual(["begin", "stop", "begin", "stop"]);
});

test("a clock that is set back is told of once, one that is set ahead or goes slow isn't", async () => {
  let wallMs = 1_000_000;
  let elapsedMs = 0;
  const clock = { nowMs: () => wallMs, elapsedMs: () => elapsedMs, sleep: async () => undefined };
  const told = jest.fn();
  const forget = onSetBack(clock, 3_000, told);
  const pass = async (seconds: number, slowMs = 0): Promise<void> => {
    for (let second = 0; second < seconds; second += 1) {
      wallMs += 1_000 - slowMs;
      elapsedMs += 1_000;
      await jest.advanceTimersByTimeAsync(1_000);
    }
  };
  await pass(5);
  await pass(60, 200);
  wallMs += 3_600_000;
  await pass(5);
  expect(told).not.toHaveBeenCalled();
  wallMs -= 3_600_000;
  await pass(5);
  expect(told).toHaveBeenCalledTimes(1);
  forget();
  wallMs -= 3_600_000;
  await pass(5);
  expect(told).toHaveBeenCalledTimes(1);
});
