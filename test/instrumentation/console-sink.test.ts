/** Goal: a developer sees each action on one line of the terminal, and nothing in it can play tricks there. */
import { expect, test } from "@jest/globals";
import { type Attributes, SpanKind } from "@opentelemetry/api";
import { consoleSink } from "../../instrumentation/emit/console-sink.ts";
import type { LeavingSpan } from "../../instrumentation/emit/leaving.ts";

function spanOf(attributes: Attributes, code = 0, resource: Attributes = {}): LeavingSpan {
  return {
    name: "span",
    kind: SpanKind.INTERNAL,
    spanContext: () => ({ traceId: "1".repeat(32), spanId: "2".repeat(16), traceFlags: 0 }),
    startTime: [1_790_000_000, 123_000_000],
    endTime: [1_790_000_000, 124_000_000],
    status: { code },
    attributes,
    resource,
    scope: { name: "answerable" },
  };
}

async function printed(spans: readonly LeavingSpan[], hasColors = false): Promise<string> {
  let text = "";
  const sink = consoleSink((line) => (text += line), hasColors);
  expect(await sink.send(spans)).toBe("sent");
  return text;
}

const call = { "nhi.action.kind": "tool_call", "nhi.action.name": "mail.send", "nhi.identity.id": "agent:a" };

test("one line an action: when, who, what, on what, from where, how it ended", async () => {
  const touched = { ...call, "nhi.resource.id": "ana@acme.example", "nhi.resource.origin": "tool:contacts" };
  expect(await printed([spanOf(touched)])).toBe(
    "2026-09-21T14:13:20.123Z  agent:a  tool_call  mail.send  ana@acme.example  from tool:contacts  ok\n",
  );
});

test("a failure says the class of its error, and who acts may stand on the resource", async () => {
  const { "nhi.identity.id": _, ...nobody } = call;
  const failed = spanOf({ ...nobody, "error.type": "TypeError" }, 2, { "nhi.identity.id": "agent:b" });
  expect(await printed([failed])).toBe(
    "2026-09-21T14:13:20.123Z  agent:b  tool_call  mail.send  failed: TypeError\n",
  );
  expect(await printed([spanOf(nobody)])).toContain("  ?  tool_call");
});

test("beginnings and spans that are no action are not printed", async () => {
  expect(await printed([spanOf({ ...call, "nhi.phase": "start" }), spanOf({ "http.route": "/" })])).toBe("");
});

test("names can neither move the cursor nor turn the line around nor begin another one", async () => {
  const hostile = spanOf({ ...call, "nhi.action.name": "a\u001B[2Kb\nc\u202Ed" });
  expect(await printed([hostile])).toContain("  a·[2Kb·c·d  ok\n");
});

test("colours come where they are wanted alone, and change no word", async () => {
  const spans = [spanOf(call), spanOf({ ...call, "error.type": "Error" }, 2)];
  const colourful = await printed(spans, true);
  expect(colourful).toContain("\u001B[31mfailed: Error\u001B[0m");
  // oxlint-disable-next-line no-control-regex -- They are what is looked for.
  expect(colourful.replaceAll(/\u001B\[\d+m/gu, "")).toBe(await printed(spans));
});
