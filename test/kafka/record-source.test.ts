/** Goal: whichever client is behind the port, partitions, positions and faults mean the same. */
import { expect, test } from "@jest/globals";
import { adapters } from "../support/kafka/adapters.ts";
import { recordSourceContract } from "../support/kafka/record-source-contract.ts";

test("there is a client to look at", () => {
  expect(Object.keys(adapters)).toContain("kafkajs");
});

for (const name of Object.keys(adapters)) recordSourceContract(name);
