import type { IdentityKind } from "../../schemas/index.ts";
import { fitText, objectAt, objectOf, present, textAt } from "./claims.ts";
import { isAllowed } from "./http.ts";
import type { Answer, FoundIdentity, IdentityAround, IdentitySource } from "./source.ts";
import type { AwsKeys } from "./sts.ts";

const tokenBytesMax = 16 * 1024;

/**
 * The AWS identity of the process: STS is asked whose keys those of the environment, or of the container's credentials
 * service (ECS, EKS pod identity), are. A role that is only named (`AWS_ROLE_ARN`) is a claim. Profiles in files and EC2's
 * metadata service are not looked at.
 */
export const aws: IdentitySource = {
  id: "aws",
  async find(around) {
    const keys = keysOfEnvironment(around.env) ?? (await keysOfContainer(around));
    if (keys !== undefined) return await ask(keys, around);
    const role = fitText(around.env["AWS_ROLE_ARN"]);
    const named = role === undefined ? undefined : principal(role);
    if (named === undefined) return { said: "no AWS keys or role" };
    return { found: identity(named, false), said: "AWS_ROLE_ARN, not checked: no keys to ask STS with" };
  },
};

async function ask(keys: AwsKeys, around: IdentityAround): Promise<Answer> {
  const region = fitText(around.env["AWS_REGION"] ?? around.env["AWS_DEFAULT_REGION"]);
  const given = fitText(around.env["AWS_ENDPOINT_URL_STS"]);
  const host = region === undefined ? "sts.amazonaws.com" : `sts.${region}.${suffixOf(region)}`;
  const url = given ?? `https://${host}/`;
  if (!isAllowed(url) || (region !== undefined && !/^[a-z0-9-]{1,32}$/u.test(region)))
    return { said: "the address of STS is not allowed" };
  let arn: string | undefined;
  try {
    const { callerIdentity } = await import("./sts.ts");
    const request = callerIdentity(url, region ?? "us-east-1", keys, around.nowMs());
    const { status, body } = await around.fetch(url, request);
    if (status !== 200) return { said: `STS answered ${status}` };
    const answer = objectAt(objectOf(body) ?? {}, "GetCallerIdentityResponse") ?? {};
    arn = textAt(objectAt(answer, "GetCallerIdentityResult") ?? {}, "Arn");
  } catch {
    return { said: "STS gave no answer" };
  }
  const named = arn === undefined ? undefined : principal(arn);
  if (named === undefined) return { said: "STS named nobody" };
  // An endpoint that somebody else set up is not AWS's word.
  const verified = given === undefined;
  const type = keys.sessionToken === undefined ? "aws_static" : "aws_sts";
  const credential = {
    id: keys.accessKeyId,
    type,
    ...(keys.expiresAtMs !== undefined && { expiresAtMs: keys.expiresAtMs }),
  };
  const said = verified
    ? "STS named the keys' identity"
    : "an endpoint of one's own named the keys' identity";
  return { found: { ...identity(named, verified), credential }, said };
}

interface Principal {
  readonly id: string;
  readonly kind: IdentityKind;
  readonly account: string;
}

/**
 * The identity behind an ARN. A session (`assumed-role/name/session`) is its role's, as sessions come and go and may carry
 * a person's name; roles are named without their path, which STS does not tell.
 */
export function principal(arn: string): Principal | undefined {
  const match =
    /^arn:(?<partition>aws[a-z-]*):(?:iam|sts)::(?<account>\d{12}):(?<type>[a-z-]+)(?:\/(?<name>\S+))?$/u.exec(
      arn,
    );
  const { partition, account = "", type, name = "" } = match?.groups ?? {};
  if (type === undefined) return undefined;
  const parts = name.split("/");
  const role = type === "assumed-role" ? parts[0] : type === "role" ? parts.at(-1) : undefined;
  if (role === undefined) return { id: arn, kind: type === "user" ? "service_account" : "unknown", account };
  // IAM Identity Center makes these for people.
  const kind = role.startsWith("AWSReservedSSO_") ? "human" : "workload";
  return { id: `arn:${partition}:iam::${account}:role/${role}`, kind, account };
}

function identity({ id, kind, account }: Principal, verified: boolean): FoundIdentity {
  const attributes = { "cloud.provider": "aws", "cloud.account.id": account };
  return { id, kind, source: "cloud_sts", verified, attributes: present(attributes) };
}

function suffixOf(region: string): string {
  return region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
}

function keysOfEnvironment(env: IdentityAround["env"]): AwsKeys | undefined {
  const accessKeyId = fitText(env["AWS_ACCESS_KEY_ID"]);
  const secretAccessKey = fitText(env["AWS_SECRET_ACCESS_KEY"]);
  const sessionToken = env["AWS_SESSION_TOKEN"];
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && sessionToken !== "" && { sessionToken }),
  };
}

async function keysOfContainer(around: IdentityAround): Promise<AwsKeys | undefined> {
  const relative = fitText(around.env["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"]);
  const full = fitText(around.env["AWS_CONTAINER_CREDENTIALS_FULL_URI"]);
  const url = relative?.startsWith("/") === true ? `http://169.254.170.2${relative}` : full;
  if (url === undefined || !isAllowed(url)) return undefined;
  const file = fitText(around.env["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]);
  const bytes = file === undefined ? undefined : await around.readFile(file, tokenBytesMax);
  const authorization = bytes
    ? Buffer.from(bytes).toString("utf8").trim()
    : around.env["AWS_CONTAINER_AUTHORIZATION_TOKEN"];
  try {
    const { status, body } = await around.fetch(url, {
      headers: { ...(authorization && { authorization }) },
    });
    const given = (status === 200 && objectOf(body)) || {};
    const [accessKeyId, secretAccessKey] = [textAt(given, "AccessKeyId"), textAt(given, "SecretAccessKey")];
    if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
    const { Token: token } = given;
    const expiresAtMs = Date.parse(textAt(given, "Expiration") ?? "");
    return {
      accessKeyId,
      secretAccessKey,
      ...(typeof token === "string" && { sessionToken: token }),
      ...(Number.isFinite(expiresAtMs) && { expiresAtMs }),
    };
  } catch {
    return undefined;
  }
}
