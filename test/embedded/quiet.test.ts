/** Goal: people keep findings quiet for a while, and say what they were. Method: one running `up`, asked by API and command line. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { until } from "../support/poll.ts";
import { ask, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";

const folder = tempFolder("quiet");
let up: Up;
beforeAll(async () => {
  up = await startUp({ dataDir: join(folder.path, "data") });
}, 60_000);
afterAll(async () => {
  await up.stop();
  folder.remove();
});

const send = (path: string, body: unknown) =>
  ask(up.url, path, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
const cli = (...args: string[]) => answerable([...args, "--url", up.url]);
const act = (identity: string, session: string) =>
  post(
    up.url,
    requestOfSpans(
      spanOf({ "nhi.identity.id": identity, "nhi.action.name": "mail.send", "nhi.session.id": session }),
    ),
  );
interface Found {
  readonly id: string;
  readonly severity: string;
  readonly hidden?: { readonly by: string };
}
const found = async (identity: string): Promise<readonly Found[]> => {
  const { json } = await ask(up.url, `/v1/findings?identity=${identity}`);
  return (json as { findings: Found[] }).findings;
};

test("what is suppressed is stored as info and counted, until it is taken away", async () => {
  const matcher = { rule: "no-grant", identity: "svc:hidden*" };
  expect(
    await send("/v1/suppressions", { reason: "r", forSeconds: 60, matcher: { rule: "no-grant" } }),
  ).toMatchObject({ status: 400 });
  expect(await send("/v1/suppressions", { reason: "r", forSeconds: 91 * 86_400, matcher })).toMatchObject({
    status: 400,
  });
  expect(await send("/v1/suppressions", { reason: "", forSeconds: 60, matcher })).toMatchObject({
    status: 400,
  });
  const set = await cli(
    "suppress",
    "--rule=no-grant",
    "--identity=svc:hidden*",
    "--for=8h",
    "--reason=it is not granted yet",
  );
  expect(set).toMatchObject({ code: 0, err: "" });
  const id = /^suppression ([0-9a-f]{12}) stands until /u.exec(set.out)?.[1] ?? "";
  await act("svc:hidden-1", "s1");
  expect(await found("svc:hidden-1")).toMatchObject([
    { severity: "info", hidden: { by: `suppression ${id}`, severity: "low" } },
  ]);
  expect(await ask(up.url, "/v1/suppressions")).toMatchObject({
    status: 200,
    json: {
      suppressions: [{ id, matcher, reason: "it is not granted yet", author: "local", endsSoon: true }],
    },
  });
  await until("what was hidden is counted", async () => {
    const { json } = await ask(up.url, "/v1/suppressions");
    return (json as { suppressions: { hid: number }[] }).suppressions[0]?.hid === 1;
  });
  const { out: line } = await cli("suppressions");
  expect(line).toContain(`${id}  rule no-grant, identity svc:hidden*  until `);
  expect(line).toContain(", which is within a day  [hid 1, low at worst]  it is not granted yet (local)\n");
  expect(await cli("unsuppress", id)).toMatchObject({ code: 0, out: `suppression ${id} has ended\n` });
  expect(await cli("unsuppress", id)).toMatchObject({ code: 1 });
  expect((await cli("suppressions")).out).toBe("nothing is kept quiet\n");
  await act("svc:hidden-2", "s1");
  expect((await found("svc:hidden-2"))[0]?.hidden).toBeUndefined();
}, 60_000);

test("a person says what a finding was; the last word stands in v_verdicts", async () => {
  await act("svc:judged", "s1");
  const [finding] = await found("svc:judged");
  const id = finding?.id ?? "";
  expect(await cli("finding", id, "--verdict", "fine")).toMatchObject({ code: 2 });
  expect(await cli("finding", id, "--verdict", "benign", "--accept")).toMatchObject({ code: 1 });
  expect(await send(`/v1/findings/${id}/verdict`, { verdict: "fine" })).toMatchObject({ status: 400 });
  expect(await send("/v1/findings/ffffffffffff/verdict", { verdict: "benign" })).toMatchObject({
    status: 404,
  });
  expect(await send(`/v1/findings/${id}/verdict`, { verdict: "abuse", comment: "stolen" })).toMatchObject({
    status: 201,
  });
  expect(await cli("finding", id.slice(0, 12), "--verdict", "benign", "--comment", "a test")).toEqual({
    code: 0,
    err: "",
    out: `benign: ${id} (no-grant of svc:judged)\n`,
  });
}, 60_000);
