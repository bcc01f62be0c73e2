/**
 * Goal: states are read back the same however the server's answer is cut into parts, and an answer that is cut off is an error.
 * Method: answers made of generated states, in parts of generated lengths.
 */
import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { ByteWriter } from "../../detector/bytes.ts";
import type { Database } from "../../detector/store/clickhouse.ts";
import { readStates, statesOf } from "../../detector/store/states.ts";
import { planWith, progressAfter } from "../support/chunks.ts";

const partition = { topic: "nhi.spans", partition: 0 };
const progress = progressAfter(planWith(0, 5));

interface Row {
  readonly key: string;
  readonly packed: Uint8Array;
  readonly actions: number;
  readonly chunk: number;
}

const rows = fc.array(
  fc.record({
    key: fc.string({ unit: "grapheme", minLength: 1 }),
    packed: fc.uint8Array({ maxLength: 300 }),
    actions: fc.maxSafeInteger().map(Math.abs),
    chunk: fc.nat(),
  }),
  { maxLength: 20 },
);
const position: Row = {
  key: "",
  packed: Buffer.from(JSON.stringify({ from: 0, progress })),
  actions: 0,
  chunk: 0,
};
const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 });

function answerOf(all: readonly Row[]): Buffer {
  const writer = new ByteWriter();
  for (const { key, packed, actions, chunk } of all) {
    writer.text(key);
    writer.varint(packed.length);
    writer.raw(packed);
    for (const number of [actions, chunk]) {
      writer.int32(number | 0);
      writer.int32(Math.floor(number / 2 ** 32));
    }
  }
  return Buffer.from(writer.finish());
}

/** A server that knows so many states and gives this answer, in parts as long as `lengths` says in turn. */
function answering(answer: Buffer, lengths: readonly number[], states: number): Database {
  return {
    query: async () => [{ all: states + 1, states }],
    async *queryBinary() {
      for (let at = 0, turn = 0; at < answer.length; turn += 1) {
        const length = lengths[turn % lengths.length]!;
        yield answer.subarray(at, at + length);
        at += length;
      }
    },
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Nothing else is asked of it.
  } as Partial<Database> as Database;
}

const tellingOf = ({ key, packed, actions, chunk }: Row): string =>
  JSON.stringify([key, Buffer.from(packed).toString("hex"), actions, chunk]);

async function readAll(database: Database): Promise<{ readonly told: string[]; readonly stood: unknown }> {
  const told: string[] = [];
  const stood = await readStates(database, partition, 1000, (key, state) => {
    told.push(tellingOf({ key, ...state }));
  });
  return { told, stood };
}

test("states and position are the same however their answer is cut into parts", async () => {
  await fc.assert(
    fc.asyncProperty(rows, cuts, async (states, lengths) => {
      const database = answering(answerOf([...states, position]), lengths, states.length);
      expect(await readAll(database)).toEqual({
        told: states.map(tellingOf),
        stood: { progress, isComplete: true },
      });
    }),
  );
});

test("an answer that is cut off is refused, wherever that is", async () => {
  await fc.assert(
    fc.asyncProperty(
      rows,
      cuts,
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      async (states, lengths, share) => {
        const whole = answerOf([...states, position]);
        const cut = whole.subarray(0, Math.floor(whole.length * share));
        await expect(readAll(answering(cut, lengths, states.length))).rejects.toThrow(
          "the store's answer ends",
        );
      },
    ),
  );
});

test("an answer with single states that ends within one of them is refused", async () => {
  const answer = answerOf([{ key: "default\0a", packed: Buffer.alloc(20), actions: 1, chunk: 1 }]);
  const asked = ["default\0a"];
  expect((await statesOf(answering(answer, [7], 1), partition, asked)).size).toBe(1);
  await expect(statesOf(answering(answer.subarray(0, -1), [7], 1), partition, asked)).rejects.toThrow(
    "ends within a row",
  );
});
