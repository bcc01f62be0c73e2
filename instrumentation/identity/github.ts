import { hostOf, jobOf, type CiSystem } from "./ci.ts";
import { fitText, objectOf, present, textAt, titleAt, type Claims } from "./claims.ts";
import type { IdentityAround, IdentitySource } from "./source.ts";

const publicIssuer = "https://token.actions.githubusercontent.com";
const audienceDefault = "answerable";

/**
 * A GitHub Actions job: its OIDC token is asked for with the audience `ANSWERABLE_AUDIENCE` ("answerable"), which needs the
 * permission `id-token: write`. The identity is the workflow's file, the same on every branch; the branch is an attribute.
 */
export const github: IdentitySource = {
  id: "github",
  async find(around) {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret } = around.env;
    if (url === undefined || secret === undefined)
      return {
        said: around.env["GITHUB_ACTIONS"] === "true" ? "the job lacks id-token: write" : "no GitHub job",
      };
    const token = await askFor(url, secret, around);
    return token === undefined ? { said: "GitHub gave no token" } : await jobOf(githubJobs, token, around);
  },
};

/** How a token of it reads. */
export const githubJobs: CiSystem = {
  name: "GitHub",
  issuer: { issuer: publicIssuer, jwksUri: `${publicIssuer}/.well-known/jwks` },
  read(claims) {
    // An enterprise may have a path of its own behind the public issuer's host.
    const issuerHost = hostOf(textAt(claims, "iss"));
    const host = issuerHost === hostOf(publicIssuer) ? "github.com" : issuerHost;
    const repository = textAt(claims, "repository");
    if (host === undefined || repository === undefined || textAt(claims, "run_id") === undefined)
      return undefined;
    const path = textAt(claims, "workflow_ref")?.split("@", 1)[0] ?? repository;
    // The two are of one signature, but an id must not say another repository than the attributes do.
    const own = path === repository || path.startsWith(`${repository}/`);
    const id = fitText(`ci:${host}/${own ? path : repository}`);
    return id === undefined ? undefined : { id, attributes: attributesOf(claims, host, repository) };
  },
};

function attributesOf(claims: Claims, host: string, repository: string): Record<string, string> {
  const run = textAt(claims, "run_id");
  return present({
    "cicd.pipeline.name": titleAt(claims, "workflow"),
    "cicd.pipeline.run.id": run,
    "cicd.pipeline.run.url.full": `https://${host}/${repository}/actions/runs/${run}`,
    "vcs.provider.name": "github",
    "vcs.owner.name": textAt(claims, "repository_owner"),
    "vcs.repository.name": repository.split("/").at(-1),
    "vcs.repository.url.full": `https://${host}/${repository}`,
    "vcs.ref.head.name": textAt(claims, "ref")?.replace(/^refs\/(?:heads|tags)\//u, ""),
    "vcs.ref.head.type": textAt(claims, "ref_type"),
    "vcs.ref.head.revision": textAt(claims, "sha"),
    "deployment.environment.name": titleAt(claims, "environment"),
    "user.id": textAt(claims, "actor"),
  });
}

async function askFor(url: string, secret: string, around: IdentityAround): Promise<string | undefined> {
  if (!URL.canParse(url)) return undefined;
  const address = new URL(url);
  address.searchParams.set("audience", fitText(around.env["ANSWERABLE_AUDIENCE"]) ?? audienceDefault);
  try {
    const headers = { authorization: `Bearer ${secret}`, accept: "application/json; api-version=2.0" };
    const { status, body } = await around.fetch(address.href, { headers });
    const value = status === 200 ? objectOf(body)?.["value"] : undefined;
    return typeof value === "string" ? value : undefined;
  } catch {
    return undefined;
  }
}
