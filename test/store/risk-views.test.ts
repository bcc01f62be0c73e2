/**
 * Goal: risk is shared over every hop of a chain, halves in a day, and counts less each time one rule speaks.
 * Method: findings are written through the store's own doors, and the views are asked.
 */
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { detectStore } from "../../detector/store/detect-store.ts";
import { judgedOf } from "../support/actions.ts";
import { planWith } from "../support/chunks.ts";
import { builtAtUs, findingWith, storedWith } from "../support/build.ts";
import { type FreshStore, freshStore } from "../support/store.ts";

const dayUs = 86_400_000_000;
const chainId = "chain-1";
const path = ["user:ana", "agent:boss", "agent:triage"];
const action = storedWith(0, { chainId, path });
const finding = (nth: number, atUs: number, parts: Parameters<typeof findingWith>[0] = {}) =>
  findingWith({ id: String(nth).repeat(32), chainId, actionIds: [action.id], atUs, ...parts });

let store: FreshStore;
beforeAll(async () => {
  store = await freshStore();
  await detectStore(store.database, "one").write({ topic: "nhi.spans", partition: 0 }, planWith(0, 1), {
    actions: judgedOf([action]),
    findings: [
      finding(1, builtAtUs),
      finding(2, builtAtUs + dayUs),
      finding(3, builtAtUs + dayUs, {
        rule: "first-use",
        severity: "medium",
        evidence: ["novelty", "lineage"],
      }),
      finding(4, builtAtUs + dayUs, { rule: "risk", severity: "critical" }),
      finding(5, builtAtUs - 8 * dayUs),
    ],
    alerts: [],
    responses: [],
  });
});
afterAll(() => store.drop());

// 35 of yesterday is 17.5, the same rule again 17.5, and 15 of two kinds of evidence 18.75; a week ago is forgotten.
const risk = 53.8;

test("v_risk sums what is left of an identity's findings", async () => {
  expect(await store.database.query("SELECT identity_id, risk_then, findings, rules FROM v_risk")).toEqual([
    { identity_id: "agent:triage", risk_then: risk, findings: 3, rules: ["first-use", "outside-grant"] },
  ]);
});

test("v_chain_risk gives each hop all of it", async () => {
  expect(
    await store.database.query(
      `SELECT identity_id, hop, risk, own_risk, findings, spread FROM v_chain_risk WHERE chain_id = '${chainId}' ORDER BY hop`,
    ),
  ).toEqual(
    path.map((identity_id, nth) => ({
      identity_id,
      hop: nth + 1,
      risk,
      own_risk: nth === 2 ? risk : 0,
      findings: 3,
      spread: 1,
    })),
  );
});
