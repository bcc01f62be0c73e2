/** Goal: what a person accepts of a finding is quiet, that alone. Method: one running `up`, asked by API and command line. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ask, post, requestOfSpans, spanOf } from "../support/spans.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { answerable, startUp, type Up } from "../support/up.ts";

const folder = tempFolder("accepting");
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

test("a finding is accepted by a person: its endpoint is quiet in every session, another is not", async () => {
  const identity = "svc:accepting";
  const grant = {
    id: "accepting",
    grantee: identity,
    approver: "user:ana",
    policy: { id: "p", version: "1" },
    operations: ["http.get"],
  };
  await send("/v1/grants", { grants: [grant] });
  const call = (session: string, path: string) =>
    post(
      up.url,
      requestOfSpans(
        spanOf({
          "nhi.identity.id": identity,
          "nhi.action.name": "http.post",
          "nhi.resource.id": `https://api.example/${path}`,
          "nhi.resource.kind": "http_endpoint",
          "nhi.session.id": session,
        }),
      ),
    );
  const found = async () => {
    const { json: answer } = await ask(up.url, `/v1/findings?identity=${identity}`);
    return (answer as { findings: { id: string; cause: string; rule: string }[] }).findings.filter(
      ({ rule }) => rule === "outside-grant",
    );
  };
  await call("s1", "refunds");
  const [first] = await found();
  expect(first?.cause).toBe("outside_scope|http.post https://api.example/refunds|s1");
  const id = first?.id ?? "";
  expect(await cli("finding", id, "--comment", "why")).toMatchObject({ code: 1 });
  expect(await send("/v1/findings/ffffffffffff/accept", {})).toMatchObject({ status: 404 });
  expect(await send(`/v1/findings/${id}/accept`, { reason: "no such field" })).toMatchObject({ status: 400 });
  expect(await cli("finding", id.slice(0, 12), "--accept", "--comment", "it moved")).toEqual({
    code: 0,
    err: "",
    out: `accepted of ${identity}: outside-grant of outside_scope|http.post https://api.example/refunds\n`,
  });
  expect(await send(`/v1/findings/${id}/accept`, {})).toMatchObject({ status: 200 });
  await call("s2", "refunds");
  await call("s2", "payouts");
  expect((await found()).map(({ cause }) => cause).toSorted()).toEqual([
    "outside_scope|http.post https://api.example/payouts|s2",
    "outside_scope|http.post https://api.example/refunds|s1",
  ]);
});
