/**
 * Goal: each source names its identity by one canonical id, verified only where something was checked.
 * Method: claims of the shapes that GitHub, GitLab and Kubernetes document, signed with real keys; the
 * runner's token service and the cluster as doubles that check what they are sent.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { github } from "../../instrumentation/identity/github.ts";
import { gitlab } from "../../instrumentation/identity/gitlab.ts";
import type { HttpAnswer, HttpRequest } from "../../instrumentation/identity/http.ts";
import { kubernetes } from "../../instrumentation/identity/kubernetes.ts";
import { service } from "../../instrumentation/identity/service.ts";
import { staticConfig } from "../../instrumentation/identity/static.ts";
import { around, json, type Web } from "../support/identity-around.ts";
import { githubClaims, gitlabClaims, podClaims } from "../support/recorded-claims.ts";
import { startIssuer, type Issuer } from "../support/issuer.ts";

let issuer: Issuer;
beforeAll(async () => {
  issuer = await startIssuer("RS256");
});
afterAll(async () => await issuer.stop());

describe("kubernetes", () => {
  const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
  const env = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };
  const token = async (more: object = {}): Promise<string> => await issuer.sign({ ...podClaims, ...more });
  const files = (text: string): Record<string, string> => ({
    [`${folder}/token`]: text,
    [`${folder}/ca.crt`]: "CA",
  });

  test("is verified with the cluster's keys, asked for with the pod's certificate and token", async () => {
    const text = await token();
    const requests: HttpRequest[] = [];
    const web = (_: string, request: HttpRequest): HttpAnswer => {
      requests.push(request);
      return json({ keys: issuer.keys });
    };
    const world = around({ env, files: files(text), web });
    expect(await kubernetes.find(world)).toEqual({
      found: {
        id: "k8s:my-namespace/my-serviceaccount",
        kind: "service_account",
        source: "k8s_token",
        verified: true,
        credential: {
          id: "aed34954-b33a-4142-b1ec-389d6bbb4936",
          type: "k8s_token",
          issuedAtMs: expect.any(Number),
          expiresAtMs: expect.any(Number),
        },
        attributes: {
          "k8s.namespace.name": "my-namespace",
          "k8s.pod.name": "my-pod",
          "k8s.pod.uid": "5e0bd49b-f040-43b0-99b7-22765a53f7f3",
          "k8s.node.name": "my-node",
          "k8s.node.uid": "646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1",
        },
      },
      said: "service account token, signature checked",
    });
    expect(world.asked).toEqual(["https://10.96.0.1:443/openid/v1/jwks"]);
    expect(requests).toMatchObject([{ ca: "CA", headers: { authorization: `Bearer ${text}` } }]);
  });

  test("a trusted issuer's keys are enough, and the cluster is not asked", async () => {
    const issuers = [{ issuer: podClaims.iss, jwks: { keys: issuer.keys as Record<string, unknown>[] } }];
    const world = around({ env, files: files(await token()), issuers });
    expect(await kubernetes.find(world)).toMatchObject({ found: { source: "k8s_token", verified: true } });
    expect(world.asked).toEqual([]);
  });

  test("where the cluster does not answer, it is a claim", async () => {
    for (const web of [() => undefined, () => json({}, 403), () => json({ keys: "none" })])
      expect(await kubernetes.find(around({ env, files: files(await token()), web }))).toMatchObject({
        found: { id: "k8s:my-namespace/my-serviceaccount", source: "jwt_unverified", verified: false },
      });
  });

  test("the token goes to nobody where the cluster's certificate is missing", async () => {
    const world = around({ env, files: { [`${folder}/token`]: await token() } });
    expect(await kubernetes.find(world)).toMatchObject({ found: { verified: false } });
    expect(world.asked).toEqual([]);
  });

  test("a token that the cluster did not sign names nobody", async () => {
    const other = await startIssuer("RS256");
    await other.stop();
    const web = (): HttpAnswer => json({ keys: other.keys });
    const world = around({ env, files: files(await token()), web });
    expect(await kubernetes.find(world)).toEqual({ said: "service account token refused: signature wrong" });
  });

  test("a token of something else names nobody", async () => {
    for (const sub of [
      "alice",
      "system:serviceaccount:a",
      "system:serviceaccount:a:b:c",
      "system:serviceaccount:../a:b",
    ])
      expect(await kubernetes.find(around({ files: files(await token({ sub })) }))).toEqual({
        said: "the token does not name a service account",
      });
  });
});

describe("github", () => {
  const url = "https://pipelines.actions.example/_apis/token?api-version=2.0";
  const env = {
    GITHUB_ACTIONS: "true",
    ACTIONS_ID_TOKEN_REQUEST_URL: url,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "runner-secret",
  };
  const web =
    (claims: object): Web =>
    async (address, { headers }) => {
      if (address === "https://token.actions.githubusercontent.com/.well-known/jwks")
        return json({ keys: issuer.keys });
      const { searchParams } = new URL(address);
      if (headers?.["authorization"] !== "Bearer runner-secret") return json({}, 401);
      return json({ value: await issuer.sign({ ...claims, aud: searchParams.get("audience") }) });
    };

  test("is verified with GitHub's keys", async () => {
    const world = around({ env, web: web(githubClaims) });
    expect(await github.find(world)).toEqual({
      found: {
        id: "ci:github.com/octo-org/octo-repo/.github/workflows/example.yml",
        kind: "ci_job",
        source: "ci_oidc",
        verified: true,
        credential: expect.objectContaining({ id: "example-id", type: "oidc_token" }),
        attributes: {
          "cicd.pipeline.name": "example workflow",
          "cicd.pipeline.run.id": "example-run-id",
          "cicd.pipeline.run.url.full": "https://github.com/octo-org/octo-repo/actions/runs/example-run-id",
          "vcs.provider.name": "github",
          "vcs.owner.name": "octo-org",
          "vcs.repository.name": "octo-repo",
          "vcs.repository.url.full": "https://github.com/octo-org/octo-repo",
          "vcs.ref.head.name": "main",
          "vcs.ref.head.type": "branch",
          "vcs.ref.head.revision": "example-sha",
          "deployment.environment.name": "prod",
          "user.id": "octocat",
        },
      },
      said: "GitHub token, signature checked",
    });
    expect(world.asked[0]).toBe(`${url}&audience=answerable`);
  });

  test("another host's workflows have other names", async () => {
    const claims = { ...githubClaims, iss: "https://ghes.acme.example/_services/token" };
    const found = await github.find(around({ env, web: web(claims) }));
    expect(found).toMatchObject({
      found: { id: "ci:ghes.acme.example/octo-org/octo-repo/.github/workflows/example.yml", verified: false },
    });
  });

  test("a workflow of another repository does not lend its name", async () => {
    const claims = {
      ...githubClaims,
      workflow_ref: "octo-org/octo-repo-evil/.github/workflows/a.yml@refs/heads/main",
    };
    const found = await github.find(around({ env, web: web(claims) }));
    expect(found).toMatchObject({ found: { id: "ci:github.com/octo-org/octo-repo" } });
  });

  test("says what is missing, and never what was sent", async () => {
    expect(await github.find(around({}))).toEqual({ said: "no GitHub job" });
    expect(await github.find(around({ env: { GITHUB_ACTIONS: "true" } }))).toEqual({
      said: "the job lacks id-token: write",
    });
    for (const answer of [undefined, json({}, 500), json({ value: 5 }), json([])])
      expect(await github.find(around({ env, web: () => answer }))).toEqual({ said: "GitHub gave no token" });
    const broken = { ...env, ACTIONS_ID_TOKEN_REQUEST_URL: "no address" };
    expect(await github.find(around({ env: broken }))).toEqual({ said: "GitHub gave no token" });
  });

  test("a forged token names nobody", async () => {
    const other = await startIssuer("RS256");
    await other.stop();
    const forged = await other.sign({ ...githubClaims });
    const answers: Web = (address) =>
      address.endsWith("jwks") ? json({ keys: issuer.keys }) : json({ value: forged });
    expect(await github.find(around({ env, web: answers }))).toEqual({
      said: "GitHub token refused: signature wrong",
    });
  });
});

describe("gitlab", () => {
  const web = (address: string): HttpAnswer | undefined =>
    address === "https://gitlab.com/oauth/discovery/keys" ? json({ keys: issuer.keys }) : undefined;

  test("is verified with gitlab.com's keys", async () => {
    const token = await issuer.sign({ ...gitlabClaims, iss: "https://gitlab.com" });
    const env = { GITLAB_CI: "true", ANSWERABLE_ID_TOKEN: token };
    expect(await gitlab.find(around({ env, web }))).toEqual({
      found: {
        id: "ci:gitlab.com/my-group/my-project",
        kind: "ci_job",
        source: "ci_oidc",
        verified: true,
        credential: expect.objectContaining({
          id: "235b3a54-b797-45c7-ae9a-f72d7bc6ef5b",
          type: "oidc_token",
        }),
        attributes: {
          "cicd.pipeline.name": "my-group/my-project",
          "cicd.pipeline.run.id": "574",
          "cicd.pipeline.run.url.full": "https://gitlab.com/my-group/my-project/-/pipelines/574",
          "cicd.pipeline.task.run.id": "302",
          "vcs.provider.name": "gitlab",
          "vcs.owner.name": "my-group",
          "vcs.repository.name": "my-project",
          "vcs.repository.url.full": "https://gitlab.com/my-group/my-project",
          "vcs.ref.head.name": "feature-branch-1",
          "vcs.ref.head.type": "branch",
          "vcs.ref.head.revision": "714a629c0b401fdce83e847fc9589983fc6f46bc",
          "deployment.environment.name": "test-environment2",
          "user.id": "sample-user",
        },
      },
      said: "GitLab token, signature checked",
    });
  });

  test("a GitLab of one's own is verified when it is trusted, and claimed otherwise", async () => {
    const token = await issuer.sign({ ...gitlabClaims });
    const env = { ANSWERABLE_ID_TOKEN_VARIABLE: "MY_TOKEN", MY_TOKEN: token };
    const issuers = [{ issuer: gitlabClaims.iss, jwks: { keys: issuer.keys as Record<string, unknown>[] } }];
    const id = "ci:gitlab.example.com/my-group/my-project";
    expect(await gitlab.find(around({ env, issuers }))).toMatchObject({ found: { id, verified: true } });
    const claimed = around({ env });
    expect(await gitlab.find(claimed)).toMatchObject({
      found: { id, source: "jwt_unverified", verified: false },
    });
    expect(claimed.asked).toEqual([]);
  });

  test("says what is missing", async () => {
    expect(await gitlab.find(around({}))).toEqual({ said: "no GitLab job" });
    const said = "the job has no id_tokens: ANSWERABLE_ID_TOKEN";
    expect(await gitlab.find(around({ env: { GITLAB_CI: "true" } }))).toEqual({ said });
    const env = { ANSWERABLE_ID_TOKEN: await issuer.sign({ sub: "alice" }) };
    expect(await gitlab.find(around({ env }))).toEqual({ said: "the token is none of GitLab" });
  });
});

test.each([
  ["agent:triage", "ai_agent"],
  ["svc:shop/crm", "workload"],
  ["spiffe://acme.example/a", "workload"],
  ["bot:dependabot", "bot"],
  ["triage", "unknown"],
])("the configuration names %s, a kind of %s", async (id, kind) => {
  const found = { id, kind, source: "static_config", verified: false };
  expect(await staticConfig.find(around({ env: { ANSWERABLE_IDENTITY: id } }))).toMatchObject({ found });
});

test("an id with spaces, control characters or without end is none", async () => {
  for (const id of ["agent: triage", "agent:tri\u0000age", "agent:\u202Eegairt", "x".repeat(513), " "])
    expect(await staticConfig.find(around({ env: { ANSWERABLE_IDENTITY: id } }))).not.toHaveProperty("found");
});

test.each([
  [{ OTEL_SERVICE_NAME: "crm" }, "svc:crm"],
  [{ OTEL_RESOURCE_ATTRIBUTES: "service.name=crm,service.namespace=shop" }, "svc:shop/crm"],
  [{ OTEL_SERVICE_NAME: "crm", OTEL_RESOURCE_ATTRIBUTES: "service.name=other,a=b=c,,=,%" }, "svc:crm"],
  [{ OTEL_RESOURCE_ATTRIBUTES: "service.name=caf%C3%A9" }, "svc:café"],
  [{ OTEL_RESOURCE_ATTRIBUTES: "service.name=%E0%A4%A" }, "svc:%E0%A4%A"],
  [{}, undefined],
])("the service's name in %j is %s", async (env, id) => {
  expect((await service.find(around({ env }))).found?.id).toBe(id);
});
