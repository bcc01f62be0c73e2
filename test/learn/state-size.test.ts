/**
 * Goal: what is remembered of an identity stays small, whatever the identity does.
 * Method: lives are generated that bring as many different days, sessions and values as they like, and the states that all
 * detectors together leave are packed.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { detectors } from "../../detector/detect/index.ts";
import { IdentityState } from "../../detector/learn/identity-state.ts";
import { builtAtUs, judgedWith } from "../support/build.ts";
import { Engine, type Judged } from "../support/stepped.ts";

const bytesMax = 16 * 1024;
const bytesMaxUnderGate = 512;
const dayUs = 86_400_000_000;

/** How many actions, and how many different things each part of them names. */
interface Life {
  readonly actions: number;
  readonly days: number;
  readonly sessions: number;
  readonly values: number;
  /** Days between the starts of two actions' days, which a sender may claim as it likes. */
  readonly daysApart: number;
}

const lives: fc.Arbitrary<Life> = fc.record({
  actions: fc.integer({ min: 1, max: 500 }),
  days: fc.integer({ min: 1, max: 60 }),
  sessions: fc.integer({ min: 1, max: 20 }),
  values: fc.integer({ min: 1, max: 300 }),
  daysApart: fc.constantFrom(1, 30, 900),
});

const kinds = ["tool_call", "secret_read"] as const;

/** The action `nth` of a life; that it ends late lets it start on any day. */
function actionOf(life: Life, nth: number): Judged {
  const startedAtUs = (nth % life.days) * life.daysApart * dayUs;
  const name = String(nth % life.values);
  const action: Partial<Judged["action"]> = {
    startedAtUs,
    endedAtUs: builtAtUs + nth * 1_000_000,
    sessionId: `session-${nth % life.sessions}`,
    kind: kinds[nth % 2]!,
    operation: `operation-${name}`,
    resources: [{ id: `resource-${name}`, kind: "object", origin: "tool:search" }],
    network: `10.0.0.${name}`,
    mutating: true,
  };
  const one = judgedWith(nth, action);
  // Findings are remembered, too.
  return { ...one, authority: { ...one.authority, outcome: "outside_scope", grantId: "grant-1" } };
}

function packedOf(life: Life): { readonly bytes: number; readonly gateOpen: boolean } {
  const engine = new Engine(detectors);
  engine.step(Array.from({ length: life.actions }, (_, nth) => actionOf(life, nth)));
  const [saved] = engine.packed().values();
  const { packed } = saved!;
  return { bytes: packed.length, gateOpen: IdentityState.unpack(packed, detectors).evidence.gateOpen };
}

describe("a packed state", () => {
  test("takes 16 KiB at most, and 512 bytes while the evidence gate is closed", () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { bytes, gateOpen } = packedOf(life);
        expect(bytes).toBeLessThanOrEqual(gateOpen ? bytesMax : bytesMaxUnderGate);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    {
      name: "too few actions",
      actions: 199,
      days: 60,
      sessions: 20,
      values: 600,
      daysApart: 900,
      gateOpen: false,
    },
    {
      name: "too few days",
      actions: 5000,
      days: 6,
      sessions: 20,
      values: 600,
      daysApart: 900,
      gateOpen: false,
    },
    {
      name: "too few sessions",
      actions: 5000,
      days: 60,
      sessions: 2,
      values: 600,
      daysApart: 900,
      gateOpen: false,
    },
    {
      name: "enough of all",
      actions: 5000,
      days: 60,
      sessions: 20,
      values: 600,
      daysApart: 30,
      gateOpen: true,
    },
  ])("keeps to it with $name and as much of the rest as fits", ({ gateOpen, ...life }) => {
    const packed = packedOf(life);
    expect(packed.gateOpen).toBe(gateOpen);
    expect(packed.bytes).toBeLessThanOrEqual(gateOpen ? bytesMax : bytesMaxUnderGate);
    // As full as it gets, or the bound would say nothing.
    expect(packed.bytes).toBeGreaterThan((gateOpen ? bytesMax : bytesMaxUnderGate) / 2);
  });
});
