import { fitText, isObject, objectAt, objectOf, present, textAt, type Claims } from "./claims.ts";
import { credentialOf } from "./credential.ts";
import type { IdentityAround, IdentitySource } from "./source.ts";
import { tokenBytesMax, type Verification } from "./verifier.ts";

const folder = "/var/run/secrets/kubernetes.io/serviceaccount";
const certificateBytesMax = 256 * 1024;

/**
 * The pod's service account token, projected where Kubernetes puts it or where `ANSWERABLE_KUBERNETES_TOKEN_FILE` says. It
 * is checked with the keys of a trusted issuer, else with those of the cluster: asked of the API server, whose
 * certificate the pod was given, with the token itself, as the API server wants one.
 */
export const kubernetes: IdentitySource = {
  id: "kubernetes",
  async find(around) {
    const path = fitText(around.env["ANSWERABLE_KUBERNETES_TOKEN_FILE"]) ?? `${folder}/token`;
    const bytes = await around.readFile(path, tokenBytesMax);
    if (bytes === undefined) return { said: "no service account token" };
    const token = Buffer.from(bytes).toString("utf8").trim();
    const result = await check(token, around);
    if (result.outcome === "refused") return { said: `service account token refused: ${result.why}` };
    const id = serviceAccountId(textAt(result.claims, "sub"));
    if (id === undefined) return { said: "the token does not name a service account" };
    const verified = result.outcome === "verified";
    const credential = credentialOf(result.claims, "k8s_token", token, around.reference);
    return {
      found: {
        id,
        kind: "service_account",
        source: verified ? "k8s_token" : "jwt_unverified",
        verified,
        ...(credential && { credential }),
        attributes: attributesOf(result.claims),
      },
      said: `service account token, ${result.outcome === "verified" ? "signature checked" : `not checked: ${result.why}`}`,
    };
  },
};

/** `k8s:ns/name` of a subject `system:serviceaccount:ns:name`. */
export function serviceAccountId(subject: string | undefined): string | undefined {
  const name = /^system:serviceaccount:(?<namespace>[a-z0-9-]{1,63}):(?<name>[a-z0-9.-]{1,253})$/u.exec(
    subject ?? "",
  );
  return name === null ? undefined : `k8s:${name.groups?.["namespace"]}/${name.groups?.["name"]}`;
}

async function check(token: string, around: IdentityAround): Promise<Verification> {
  const result = await around.verify.verify(token);
  if (result.outcome !== "unverified") return result;
  const issuer = textAt(result.claims, "iss");
  const keys = await clusterKeys(token, around);
  if (issuer === undefined || keys === undefined)
    return { ...result, why: "the cluster's keys can't be had" };
  return await around.verify.verify(token, { issuer, jwks: { keys } });
}

async function clusterKeys(token: string, around: IdentityAround): Promise<readonly Claims[] | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = around.env;
  const ca = await around.readFile(`${folder}/ca.crt`, certificateBytesMax);
  // Without the cluster's certificate nobody could tell the API server, and the token would go to a stranger.
  if (host === undefined || host === "" || ca === undefined) return undefined;
  const url = `https://${host.includes(":") ? `[${host}]` : host}:${port ?? "443"}/openid/v1/jwks`;
  try {
    const headers = { authorization: `Bearer ${token}`, accept: "application/jwk-set+json" };
    const { status, body } = await around.fetch(url, { headers, ca: Buffer.from(ca).toString("utf8") });
    const keys = status === 200 ? objectOf(body)?.["keys"] : undefined;
    return Array.isArray(keys) ? keys.filter(isObject) : undefined;
  } catch {
    return undefined;
  }
}

function attributesOf(claims: Claims): Readonly<Record<string, string>> {
  const bound = objectAt(claims, "kubernetes.io") ?? {};
  const [pod, node] = [objectAt(bound, "pod") ?? {}, objectAt(bound, "node") ?? {}];
  return present({
    "k8s.namespace.name":
      textAt(bound, "namespace") ?? textAt(claims, "kubernetes.io/serviceaccount/namespace"),
    "k8s.pod.name": textAt(pod, "name"),
    "k8s.pod.uid": textAt(pod, "uid"),
    "k8s.node.name": textAt(node, "name"),
    "k8s.node.uid": textAt(node, "uid"),
  });
}
