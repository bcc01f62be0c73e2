import { fitText, isObject, objectOf, textAt } from "./claims.ts";
import { credentialOf } from "./credential.ts";
import type { TrustedIssuer } from "./issuers.ts";
import type { Answer, IdentityAround, IdentitySource } from "./source.ts";
import { readSvid, spiffeId } from "./svid.ts";

const fileBytesMax = 256 * 1024;

/** Where others put them: cert-manager's CSI driver, then the workload certificates of Google Cloud and of Istio. */
const wellKnown: readonly { readonly svid: string; readonly bundle: string | undefined }[] = [
  { svid: "/var/run/secrets/spiffe.io/tls.crt", bundle: "/var/run/secrets/spiffe.io/ca.crt" },
  {
    svid: "/var/run/secrets/workload-spiffe-credentials/certificates.pem",
    bundle: "/var/run/secrets/workload-spiffe-credentials/ca_certificates.pem",
  },
];

/**
 * A SPIFFE SVID in a file, as spiffe-helper and the CSI drivers write it: X.509 in PEM or a JWT.
 * `ANSWERABLE_SPIFFE_SVID` and `ANSWERABLE_SPIFFE_BUNDLE` name the files (the bundle in PEM for X.509, as a JSON Web Key
 * Set for a JWT); without them the well-known places are looked at. The Workload API itself is not asked: it speaks gRPC.
 */
export const spiffe: IdentitySource = {
  id: "spiffe",
  async find(around) {
    const svidGiven = fitText(around.env["ANSWERABLE_SPIFFE_SVID"]);
    const bundleGiven = fitText(around.env["ANSWERABLE_SPIFFE_BUNDLE"]);
    const places = svidGiven === undefined ? wellKnown : [{ svid: svidGiven, bundle: bundleGiven }];
    for (const place of places) {
      const text = await textOf(around, place.svid);
      if (text === undefined) continue;
      const bundle = await textOf(around, bundleGiven ?? place.bundle);
      // A bundle that was asked for and is not there must not turn a check into none.
      if (bundle === undefined && bundleGiven !== undefined) return { said: "the bundle can't be read" };
      const isPem = text.includes("-----BEGIN");
      return isPem ? x509(text, bundle, around) : await jwt(text.trim(), bundle, around);
    }
    return { said: svidGiven === undefined ? "no SVID file" : "the SVID file can't be read" };
  },
};

function x509(pem: string, bundle: string | undefined, { nowMs }: IdentityAround): Answer {
  const read = readSvid(pem, bundle, nowMs());
  if ("refused" in read) return { said: read.refused };
  const said = read.verified ? "X.509 SVID, chain checked" : "X.509 SVID, not checked: no bundle is given";
  const { id, verified, credential } = read;
  return {
    found: { id, kind: "workload", source: "mtls_spiffe", verified, credential, attributes: {} },
    said,
  };
}

async function jwt(token: string, bundle: string | undefined, around: IdentityAround): Promise<Answer> {
  const keys = bundle === undefined ? undefined : keysIn(bundle);
  if (bundle !== undefined && keys === undefined) return { said: "the bundle is no key set" };
  const result = await around.verify.verify(token, keys && { issuer: "", jwks: { keys } });
  if (result.outcome === "refused") return { said: `JWT-SVID refused: ${result.why}` };
  const id = spiffeId(textAt(result.claims, "sub") ?? "");
  if (id === undefined) return { said: "the token does not name a SPIFFE id" };
  const verified = result.outcome === "verified";
  const credential = credentialOf(result.claims, "jwt_svid", token, around.reference);
  return {
    found: {
      id,
      kind: "workload",
      source: verified ? "jwt_verified" : "jwt_unverified",
      verified,
      ...(credential && { credential }),
      attributes: {},
    },
    said: verified ? "JWT-SVID, signature checked" : "JWT-SVID, not checked: no bundle is given",
  };
}

function keysIn(bundle: string): NonNullable<TrustedIssuer["jwks"]>["keys"] | undefined {
  const keys = objectOf(bundle)?.["keys"];
  return Array.isArray(keys) ? keys.filter(isObject) : undefined;
}

async function textOf(around: IdentityAround, path: string | undefined): Promise<string | undefined> {
  const bytes = path === undefined ? undefined : await around.readFile(path, fileBytesMax);
  return bytes && Buffer.from(bytes).toString("utf8");
}
