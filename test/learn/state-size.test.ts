/**
 * Goal: what is remembered of an identity stays small, whatever the identity does.
 * Method: lives are generated that bring as many different days, sessions and values as they like, and the states that all
 * detectors together leave are packed.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { detectors } from "../../detector/detect/index.ts";
import { gate } from "../../detector/learn/evidence.ts";
import { IdentityState } from "../../detector/learn/identity-state.ts";
import { PolicyBook } from "../../policy/book.ts";
import { ApprovalRequest } from "../../schemas/index.ts";
import { builtAtUs, grantWith, judgedWith } from "../support/build.ts";
import { Engine, type Judged } from "../support/stepped.ts";

const bytesMax = 16 * 1024;
/** Of an identity that did little, as somebody may make up by the thousand. */
const bytesMaxOfFew = 512;
const fewActions = 20;
/** What each action of one that did more may add, up to as many as the gate asks for. */
const bytesPerAction = 24;
/** Of one that was granted something, and names tasks, credentials, environments and approvals: nobody makes that up by the thousand. */
const bytesMaxOfTrusted = 1280;
const dayUs = 86_400_000_000;

/** How many actions, and how many different things each part of them names. */
interface Life {
  readonly actions: number;
  readonly days: number;
  readonly sessions: number;
  readonly values: number;
  /** Resources that each action names. */
  readonly resources: number;
  /** Days between the starts of two actions' days, which a sender may claim as it likes. */
  readonly daysApart: number;
  /** Whether it holds grants, and names all that people decide upon. */
  readonly isTrusted?: boolean;
}

const lives: fc.Arbitrary<Life> = fc.record({
  actions: fc.integer({ min: 1, max: 500 }),
  days: fc.integer({ min: 1, max: 60 }),
  sessions: fc.integer({ min: 1, max: 20 }),
  values: fc.integer({ min: 1, max: 300 }),
  resources: fc.integer({ min: 1, max: 6 }),
  daysApart: fc.constantFrom(1, 30, 900),
  isTrusted: fc.boolean(),
});

const kinds = ["tool_call", "secret_read", "credential_revoke"] as const;
const common = { tenant: "default", author: "user:ana", atUs: 0 };

/** A task, a grant for a time, and an approval of each operation. */
function bookOf(life: Life): PolicyBook {
  const book = new PolicyBook();
  const grant = grantWith({ window: { until: "2099-01-01T00:00:00Z" } });
  book.enter(0, { kind: "grant_given", ...common, grant });
  book.enter(1, { kind: "task_opened", ...common, task: { id: "CHG-1", kind: "change", title: "" } });
  for (let nth = 0; nth < life.values; nth += 1) {
    const approval = ApprovalRequest.parse({
      id: `approval-${nth}`,
      digest: "0".repeat(64),
      identityId: "agent:triage",
      operation: `operation-${nth}`,
      resources: [],
      expiresAtUs: 0,
    });
    book.enter(2 + nth, { kind: "approval_asked", ...common, approval });
  }
  return book;
}

function trustedPartsOf(life: Life, nth: number): Partial<Judged["action"]> {
  const name = String(nth % life.values);
  return {
    credentialId: `credential-${name}`,
    claimedApprovalId: `approval-${name}`,
    taskId: `task-${name}`.padEnd(48, "x"),
    attributes: { "deployment.environment.name": (nth % 2 === 0 ? "prod" : "stage").padEnd(48, "x") },
  };
}

/** A number without digits: those are not told apart in names of resources. */
const lettersOf = (nth: number): string =>
  nth < 26 ? String.fromCodePoint(97 + nth) : lettersOf(Math.floor(nth / 26)) + lettersOf(nth % 26);

/** A folder of its own for each, so that families are remembered as well. */
const resourceOf = (name: string, at: number): Judged["action"]["resources"][number] => ({
  id: at === 0 ? `resource-${name}` : `/${name}-${lettersOf(at)}/file`,
  kind: "object",
  origin: `tool:search-${lettersOf(at)}`,
});

/** The action `nth` of a life; that it ends late lets it start on any day. */
function actionOf(life: Life, nth: number): Judged {
  const startedAtUs = (nth % life.days) * life.daysApart * dayUs;
  const name = lettersOf(nth % life.values);
  const action: Partial<Judged["action"]> = {
    startedAtUs,
    endedAtUs: builtAtUs + nth * 1_000_000,
    sessionId: `session-${nth % life.sessions}`,
    kind: kinds[nth % (life.isTrusted === true ? 3 : 2)]!,
    operation: `operation-${name}`,
    resources: Array.from({ length: life.resources }, (_, at) => resourceOf(name, at)),
    network: `10.0.0.${name}`,
    mutating: true,
    ...(life.isTrusted === true ? trustedPartsOf(life, nth) : {}),
  };
  const one = judgedWith(nth, action);
  if (life.isTrusted !== true) return one;
  // Findings are remembered, too.
  const outcome = nth % 5 === 4 ? "outside_scope" : "granted";
  return { ...one, authority: { ...one.authority, outcome, grantId: "grant-1" } };
}

function packedOf(life: Life): { readonly bytes: number; readonly gateOpen: boolean } {
  const engine = new Engine(detectors, undefined, undefined, bookOf(life));
  engine.step(Array.from({ length: life.actions }, (_, nth) => actionOf(life, nth)));
  const [saved] = engine.packed().values();
  const { packed } = saved!;
  return { bytes: packed.length, gateOpen: IdentityState.unpack(packed, detectors).evidence.gateOpen };
}

function roomOf({ isTrusted, actions }: Life, gateOpen: boolean): number {
  if (gateOpen) return bytesMax;
  const ofFew = isTrusted === true ? bytesMaxOfTrusted : bytesMaxOfFew;
  return actions <= fewActions ? ofFew : ofFew + bytesPerAction * Math.min(actions, gate.actions);
}

describe("a packed state", () => {
  test("takes 16 KiB at most; under the evidence gate 512 bytes, or 1,280 of one that was granted something, and 24 an action from 20 on", () => {
    fc.assert(
      fc.property(lives, (life) => {
        const { bytes, gateOpen } = packedOf(life);
        expect(bytes).toBeLessThanOrEqual(roomOf(life, gateOpen));
      }),
      { numRuns: 40 },
    );
  });

  test.each([
    {
      name: "too few actions",
      actions: 199,
      days: 60,
      sessions: 20,
      values: 600,
      resources: 1,
      daysApart: 900,
      gateOpen: false,
    },
    {
      name: "hardly any actions",
      actions: 20,
      days: 60,
      sessions: 20,
      values: 600,
      resources: 12,
      daysApart: 900,
      gateOpen: false,
    },
    {
      name: "too few days, many resources",
      actions: 600,
      days: 6,
      sessions: 20,
      values: 17,
      resources: 12,
      daysApart: 900,
      gateOpen: false,
    },
    {
      name: "enough of all, and many resources",
      actions: 1200,
      days: 60,
      sessions: 20,
      values: 299,
      resources: 12,
      daysApart: 1,
      isTrusted: true,
      gateOpen: true,
    },
    {
      name: "too few days",
      actions: 5000,
      days: 6,
      sessions: 20,
      values: 600,
      resources: 1,
      daysApart: 900,
      gateOpen: false,
    },
    {
      name: "too few sessions",
      actions: 5000,
      days: 60,
      sessions: 2,
      values: 600,
      resources: 1,
      daysApart: 900,
      gateOpen: false,
    },
    {
      name: "enough of all",
      actions: 5000,
      days: 60,
      sessions: 20,
      values: 600,
      resources: 1,
      daysApart: 1,
      gateOpen: true,
    },
    {
      name: "too few actions of one that was granted something",
      actions: 199,
      days: 60,
      sessions: 20,
      values: 600,
      resources: 1,
      daysApart: 900,
      isTrusted: true,
      gateOpen: false,
    },
    {
      name: "enough of all, of one that was granted something",
      actions: 5000,
      days: 60,
      sessions: 20,
      values: 600,
      resources: 1,
      daysApart: 1,
      isTrusted: true,
      gateOpen: true,
    },
  ])("keeps to it with $name and as much of the rest as fits", ({ gateOpen, ...life }) => {
    const packed = packedOf(life);
    expect(packed.gateOpen).toBe(gateOpen);
    expect(packed.bytes).toBeLessThanOrEqual(roomOf(life, gateOpen));
    // As full as it gets, or the bound would say nothing.
    expect(packed.bytes).toBeGreaterThan(roomOf(life, gateOpen) / (gateOpen ? 6 : 2));
  });
});
