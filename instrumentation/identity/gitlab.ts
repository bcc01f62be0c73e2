import { hostOf, jobOf, type CiSystem } from "./ci.ts";
import { fitText, present, textAt, titleAt, type Claims } from "./claims.ts";
import type { IdentitySource } from "./source.ts";

const publicIssuer = "https://gitlab.com";
const variableDefault = "ANSWERABLE_ID_TOKEN";

/**
 * A GitLab job: its ID token in the variable that `id_tokens:` of the job names, `ANSWERABLE_ID_TOKEN` or what
 * `ANSWERABLE_ID_TOKEN_VARIABLE` says. Tokens of gitlab.com are checked as they are; a GitLab of one's own has to be one of
 * `ANSWERABLE_ISSUERS`.
 */
export const gitlab: IdentitySource = {
  id: "gitlab",
  async find(around) {
    const variable = fitText(around.env["ANSWERABLE_ID_TOKEN_VARIABLE"]) ?? variableDefault;
    const token = around.env[variable]?.trim();
    if (token === undefined || token === "")
      return {
        said: around.env["GITLAB_CI"] === "true" ? `the job has no id_tokens: ${variable}` : "no GitLab job",
      };
    return await jobOf(gitlabJobs, token, around);
  },
};

/** How a token of it reads. */
export const gitlabJobs: CiSystem = {
  name: "GitLab",
  issuer: { issuer: publicIssuer, jwksUri: `${publicIssuer}/oauth/discovery/keys` },
  read(claims) {
    const [host, project] = [hostOf(textAt(claims, "iss")), textAt(claims, "project_path")];
    if (host === undefined || project === undefined || textAt(claims, "job_id") === undefined)
      return undefined;
    const id = fitText(`ci:${host}/${project}`);
    return id === undefined ? undefined : { id, attributes: attributesOf(claims, host, project) };
  },
};

function attributesOf(claims: Claims, host: string, project: string): Record<string, string> {
  const pipeline = textAt(claims, "pipeline_id");
  return present({
    "cicd.pipeline.name": project,
    "cicd.pipeline.run.id": pipeline,
    "cicd.pipeline.run.url.full": pipeline && `https://${host}/${project}/-/pipelines/${pipeline}`,
    "cicd.pipeline.task.run.id": textAt(claims, "job_id"),
    "vcs.provider.name": "gitlab",
    "vcs.owner.name": textAt(claims, "namespace_path"),
    "vcs.repository.name": project.split("/").at(-1),
    "vcs.repository.url.full": `https://${host}/${project}`,
    "vcs.ref.head.name": textAt(claims, "ref"),
    "vcs.ref.head.type": textAt(claims, "ref_type"),
    "vcs.ref.head.revision": textAt(claims, "sha"),
    "deployment.environment.name": titleAt(claims, "environment"),
    "user.id": textAt(claims, "user_login"),
  });
}
