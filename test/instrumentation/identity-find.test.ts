/**
 * Goal: the strongest source that names somebody is believed, a broken one harms nobody, and the search says what it did.
 * Method: the real list of sources in made-up worlds; sources that throw, hang and lie; a process of its own for what
 * only a process can show.
 */
import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { findIdentity, identitySources } from "../../instrumentation/identity/index.ts";
import type { FoundIdentity, IdentitySource } from "../../instrumentation/identity/source.ts";
import { around, type World } from "../support/identity-around.ts";
import { startIssuer, type Issuer } from "../support/issuer.ts";
import { podClaims } from "../support/recorded-claims.ts";
import { repositoryRoot } from "../support/repository.ts";

const tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount/token";

let issuer: Issuer;
let pod: World;
beforeAll(async () => {
  issuer = await startIssuer();
  const trusted = { issuer: podClaims.iss, jwks: { keys: issuer.keys as Record<string, unknown>[] } };
  pod = { files: { [tokenPath]: await issuer.sign(podClaims) }, issuers: [trusted] };
});
afterAll(async () => await issuer.stop());

describe("the search", () => {
  test("asks in the order that is promised", () => {
    const order = ["spiffe", "kubernetes", "github", "gitlab", "aws", "static", "service"];
    expect(identitySources.map(({ id }) => id)).toEqual(order);
  });

  test("believes the strongest, and asks nobody weaker", async () => {
    const world = around({
      ...pod,
      env: { OTEL_SERVICE_NAME: "crm", AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "B" },
    });
    const { found, tried } = await findIdentity(world);
    expect(found).toMatchObject({
      id: "k8s:my-namespace/my-serviceaccount",
      source: "k8s_token",
      verified: true,
    });
    expect(tried).toEqual([
      { id: "spiffe", said: "no SVID file" },
      { id: "kubernetes", said: "service account token, signature checked" },
    ]);
    expect(world.asked).toEqual([]);
  });

  test("falls back to the configuration, then to the service's name, then to nobody", async () => {
    const env = { OTEL_SERVICE_NAME: "crm" };
    expect((await findIdentity(around({ env }))).found).toMatchObject({ id: "svc:crm", source: "inferred" });
    const named = { ...env, ANSWERABLE_IDENTITY: "agent:triage" };
    expect((await findIdentity(around({ env: named }))).found).toMatchObject({
      id: "agent:triage",
      kind: "ai_agent",
    });
    const { found, tried } = await findIdentity(around({}));
    expect(found).toBeUndefined();
    expect(tried.map(({ id }) => id)).toEqual(identitySources.map(({ id }) => id));
  });

  test("says so when the configuration names another than the token", async () => {
    const { found, tried } = await findIdentity(
      around({ ...pod, env: { ANSWERABLE_IDENTITY: "agent:triage" } }),
    );
    expect(found?.id).toBe("k8s:my-namespace/my-serviceaccount");
    expect(tried.at(-1)).toEqual({
      id: "static",
      said: "names agent:triage, but a stronger source named k8s:my-namespace/my-serviceaccount; ANSWERABLE_IDENTITY_SOURCE=static overrules",
    });
  });

  test("says nothing when both name the same", async () => {
    const env = { ANSWERABLE_IDENTITY: "k8s:my-namespace/my-serviceaccount" };
    const { tried } = await findIdentity(around({ ...pod, env }));
    expect(tried.map(({ id }) => id)).toEqual(["spiffe", "kubernetes"]);
  });

  test("believes the one source that the configuration asks for", async () => {
    const env = { ANSWERABLE_IDENTITY: "agent:triage", ANSWERABLE_IDENTITY_SOURCE: "static" };
    const { found, tried } = await findIdentity(around({ ...pod, env }));
    expect(found).toMatchObject({ id: "agent:triage", source: "static_config", verified: false });
    expect(tried).toEqual([{ id: "static", said: "ANSWERABLE_IDENTITY" }]);
  });

  test("says so when there is no such source, and goes on without it", async () => {
    const { found, tried } = await findIdentity(
      around({ ...pod, env: { ANSWERABLE_IDENTITY_SOURCE: "spire" } }),
    );
    expect(found?.id).toBe("k8s:my-namespace/my-serviceaccount");
    expect(tried[0]).toMatchObject({
      id: "ANSWERABLE_IDENTITY_SOURCE",
      said: expect.stringContaining("kubernetes"),
    });
  });

  test("adds kind and owner that the configuration declares, whoever was found", async () => {
    const env = { ANSWERABLE_IDENTITY_KIND: "ai_agent", ANSWERABLE_IDENTITY_OWNER: "support@acme.example" };
    const { found } = await findIdentity(around({ ...pod, env }));
    expect(found).toMatchObject({
      kind: "ai_agent",
      owner: "support@acme.example",
      source: "k8s_token",
      verified: true,
    });
    const wrong = await findIdentity(around({ ...pod, env: { ANSWERABLE_IDENTITY_KIND: "robot" } }));
    expect(wrong.found).toMatchObject({ kind: "service_account" });
  });

  test("a forged token names nobody, and the next source is asked", async () => {
    const token = await issuer.sign({ ...podClaims, sub: "system:serviceaccount:kube-system:admin" });
    const files = { [tokenPath]: `${token.slice(0, -6)}AAAAAA` };
    const { found, tried } = await findIdentity(around({ ...pod, files, env: { OTEL_SERVICE_NAME: "crm" } }));
    expect(found?.id).toBe("svc:crm");
    expect(tried).toContainEqual({
      id: "kubernetes",
      said: "service account token refused: signature wrong",
    });
  });
});

describe("a broken source", () => {
  const good: FoundIdentity = {
    id: "svc:crm",
    kind: "workload",
    source: "inferred",
    verified: false,
    attributes: {},
  };
  const last: IdentitySource = { id: "last", find: async () => ({ found: good, said: "here" }) };

  test.each<[string, IdentitySource["find"]]>([
    [
      "throws",
      () => {
        throw new Error("secret-in-a-message");
      },
    ],
    ["rejects", async () => await Promise.reject(new Error("secret-in-a-message"))],
  ])("%s, and the next is asked", async (_, find) => {
    const { found, tried } = await findIdentity(around({}), [{ id: "first", find }, last]);
    expect(found).toEqual(good);
    expect(tried[0]).toEqual({ id: "first", said: "failed" });
    expect(JSON.stringify(tried)).not.toContain("secret");
  });

  test("hangs, and is passed over when its time is up", async () => {
    jest.useFakeTimers();
    try {
      const hanging: IdentitySource = { id: "first", find: async () => await new Promise(() => {}) };
      const search = findIdentity(around({}), [hanging, last]);
      await jest.advanceTimersByTimeAsync(5000);
      expect(await search).toEqual({
        found: good,
        tried: [
          { id: "first", said: "no answer within 5000 ms" },
          { id: "last", said: "here" },
        ],
      });
    } finally {
      jest.useRealTimers();
    }
  });
});

test("a search that waits for an answer does not keep its process alive", async () => {
  const server = createServer(() => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const file = (name: string): string =>
    pathToFileURL(join(repositoryRoot, "dist/instrumentation/identity", name)).href;
  const program = `
    const { findIdentity } = await import(${JSON.stringify(file("index.js"))});
    const { aroundProcess } = await import(${JSON.stringify(file("around.js"))});
    const { around } = await aroundProcess({ env: process.env, nowMs: () => Date.now() });
    let done = false;
    findIdentity(around).then(() => { done = true; });
    process.on("exit", () => console.log(done ? "waited" : "went"));
    await new Promise((resolve) => setTimeout(resolve, 300));`;
  const env = {
    PATH: process.env["PATH"],
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "x",
  };
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
      env,
    });
    expect(stdout).toBe("went\n");
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
