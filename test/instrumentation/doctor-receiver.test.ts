/** Goal: whatever the receiver, or the way to it, says, a person hears what to do about it. */
import { expect, test } from "@jest/globals";
import type { Facts, Probe } from "../../instrumentation/doctor/facts.ts";
import { reportOf } from "../../instrumentation/doctor/report.ts";
import { healthy, probe, type ReportCase } from "../support/doctor-facts.ts";

const said = (trouble: string): Partial<Facts> => ({ probe: { ...probe, isTaken: false, trouble } });
const asked = (given: Probe["asked"], dropped = 0): Partial<Facts> => ({
  probe: { ...probe, asked: given, dropped },
});

const cases: readonly ReportCase[] = [
  {
    name: "the console",
    facts: { exporter: { kind: "console", to: "console" } },
    id: "receiver",
    state: "note",
  },
  {
    name: "nothing there",
    facts: said("cannot reach x: ECONNREFUSED"),
    id: "receiver",
    state: "trouble",
    advice: "answerable up",
  },
  {
    name: "no such host",
    facts: said("cannot reach x: ENOTFOUND"),
    id: "receiver",
    state: "trouble",
    advice: "host's name",
  },
  {
    name: "silence",
    facts: said("cannot reach x: no answer within 5000 ms"),
    id: "receiver",
    state: "trouble",
    advice: "firewall",
  },
  {
    name: "plain http to https",
    facts: said("cannot reach x: ECONNRESET"),
    id: "receiver",
    state: "trouble",
    advice: "https",
  },
  {
    name: "an unknown authority",
    facts: said("cannot reach x: SELF_SIGNED_CERT_IN_CHAIN"),
    id: "receiver",
    state: "trouble",
    advice: "NODE_EXTRA_CA_CERTS",
  },
  {
    name: "401",
    facts: said("the receiver answers 401 Unauthorized"),
    id: "receiver",
    state: "trouble",
    advice: "ANSWERABLE_TOKEN",
  },
  {
    name: "403",
    facts: said("the receiver answers 403 Forbidden"),
    id: "receiver",
    state: "trouble",
    advice: "write",
  },
  {
    name: "404",
    facts: said("the receiver answers 404 Not Found"),
    id: "receiver",
    state: "trouble",
    advice: "path",
  },
  {
    name: "a redirect",
    facts: said("the receiver answers 302 Found"),
    id: "receiver",
    state: "trouble",
    advice: "redirected",
  },
  {
    name: "503",
    facts: said("the receiver answers 503 Busy"),
    id: "receiver",
    state: "trouble",
    advice: "log",
  },
  {
    name: "something new",
    facts: said("the receiver answers 418 Teapot"),
    id: "receiver",
    state: "trouble",
    advice: "log",
  },
  {
    name: "a refusal within success",
    facts: {
      probe: { ...probe, trouble: "the receiver did not take 1 of the spans: a may not speak for it" },
    },
    id: "receiver",
    state: "trouble",
    advice: "`identities`",
  },
  {
    name: "taken, not stored",
    facts: asked({ answer: "not_stored" }),
    id: "stored",
    state: "trouble",
    advice: "answerable detect",
  },
  { name: "may not ask", facts: asked({ answer: "not_allowed" }), id: "stored", state: "note" },
  { name: "another receiver", facts: asked({ answer: "no_answerable" }), id: "stored", state: "note" },
  {
    name: "missing spans",
    facts: asked({ answer: "stored", missing: 2, gaps: 0 }),
    id: "drops",
    state: "trouble",
    says: "2 ",
  },
  {
    name: "drops",
    facts: asked({ answer: "stored", missing: 0, gaps: 0 }, 3),
    id: "drops",
    state: "trouble",
    says: "3 ",
  },
  {
    name: "gaps of yesterday",
    facts: asked({ answer: "stored", missing: 0, gaps: 4 }),
    id: "drops",
    state: "note",
    says: "4 times",
  },
];

test.each(cases)(
  "of one thing that is otherwise: $name → $state",
  ({ facts, id, state, says = "", advice = "" }) => {
    const check = reportOf({ ...healthy, ...facts }).find((one) => one.id === id);
    expect(check).toMatchObject({ state, says: expect.stringContaining(says) });
    expect(check?.advice ?? "").toContain(advice);
    expect(check?.advice ?? (state === "trouble" ? "" : "nothing to do.")).toMatch(/\.$/u);
  },
);
