/**
 * Goal: an SVID in a file names a workload; its chain is believed only where it ends in the bundle.
 * Method: certificates that the openssl command makes for this run, each wrong in one way.
 */
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { spiffe } from "../../instrumentation/identity/spiffe.ts";
import { readSvid, spiffeId } from "../../instrumentation/identity/svid.ts";
import { around } from "../support/identity-around.ts";
import { startIssuer, type Issuer } from "../support/issuer.ts";
import { tempFolder } from "../support/temp-folder.ts";

const folder = tempFolder("svid");
const id = "spiffe://acme.example/ns/prod/sa/triage";
const svidPath = "/var/run/secrets/spiffe.io/tls.crt";
const bundlePath = "/var/run/secrets/spiffe.io/ca.crt";
const dayMs = 86_400_000;

let issuer: Issuer;
beforeAll(async () => {
  authority("root");
  authority("stranger");
  authority("impostor", undefined, "root");
  authority("between", "root");
  leaf("good", "root", `URI:${id}`);
  leaf("deep", "between", `URI:${id}`);
  leaf("forged", "impostor", `URI:${id}`);
  leaf("two", "root", `URI:${id},URI:spiffe://acme.example/admin`);
  leaf("dns", "root", "DNS:triage.acme.example");
  leaf("http", "root", "URI:https://acme.example/ns/prod/sa/triage");
  leaf("signer", "root", `URI:${id}`, "basicConstraints=critical,CA:TRUE");
  leaf("under-leaf", "good", `URI:spiffe://acme.example/admin`);
  leaf("extra", "root", `DNS:triage.acme.example,URI:${id}`);
  issuer = await startIssuer();
});
afterAll(async () => {
  await issuer.stop();
  folder.remove();
});

describe("an X.509 SVID", () => {
  const read = (name: string, bundle: string | undefined, nowMs = Date.now()): unknown =>
    readSvid(pem(name), bundle === undefined ? undefined : pem(bundle), nowMs);

  test("is verified when its chain ends in the bundle", () => {
    expect(read("good", "root")).toMatchObject({ id, verified: true, credential: { type: "x509_svid" } });
    expect(read("extra", "root")).toMatchObject({ id, verified: true });
  });

  test("is verified over an intermediate that comes with it", () => {
    expect(readSvid(pem("deep") + pem("between"), pem("root"), Date.now())).toMatchObject({
      id,
      verified: true,
    });
    expect(readSvid(pem("deep"), pem("root"), Date.now())).toHaveProperty("refused");
  });

  test("is a claim without a bundle", () => {
    expect(read("good", undefined)).toMatchObject({ id, verified: false });
  });

  test("tells its thumbprint and its time, never its key", () => {
    const svid = readSvid(pem("good") + key("good"), pem("root"), Date.now());
    const der = execFileSync("openssl", ["x509", "-in", file("good.pem"), "-outform", "DER"]);
    const digest = execFileSync("openssl", ["dgst", "-sha256", "-binary"], { input: der }).toString(
      "base64url",
    );
    expect(svid).toMatchObject({ credential: { id: digest, thumbprint: digest } });
    const { credential } = svid as { credential: { issuedAtMs: number; expiresAtMs: number } };
    expect(credential.expiresAtMs - credential.issuedAtMs).toBe(dayMs);
    expect(JSON.stringify(svid)).not.toContain(key("good").split("\n")[1]);
  });

  test.each([
    ["another authority's bundle", "good", "stranger"],
    ["an authority of the same name", "forged", "root"],
    ["two names", "two", "root"],
    ["no SPIFFE id", "dns", "root"],
    ["an address that is no SPIFFE id", "http", "root"],
    ["an authority's own certificate", "signer", "root"],
    ["one signed by another workload", "under-leaf", "root"],
  ])("is refused: %s", (_, name, bundle) => {
    expect(read(name, bundle)).toHaveProperty("refused");
  });

  test("signed by a workload is refused, even when that workload's certificate comes with it", () => {
    expect(readSvid(pem("under-leaf") + pem("good"), pem("root"), Date.now())).toHaveProperty("refused");
  });

  test("with a signature that was changed is refused, though it names the right authority", () => {
    const der = new X509Certificate(pem("good")).raw;
    der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
    const changed = new X509Certificate(der);
    expect(changed.checkIssued(new X509Certificate(pem("root")))).toBe(true);
    expect(readSvid(changed.toString(), pem("root"), Date.now())).toHaveProperty("refused");
  });

  test("out of its time is refused", () => {
    expect(read("good", "root", Date.now() + 2 * dayMs)).toHaveProperty("refused");
    expect(read("good", "root", Date.now() - 2 * dayMs)).toHaveProperty("refused");
    expect(read("good", undefined, Date.now() + 2 * dayMs)).toHaveProperty("refused");
    expect(read("good", undefined, Date.now() - 2 * dayMs)).toHaveProperty("refused");
  });

  test("that is no certificate is refused, whatever its size", () => {
    const broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (const text of ["", "x", broken, broken.repeat(5000), "-----BEGIN CERTIFICATE-----\n".repeat(20_000)])
      expect(readSvid(text, undefined, Date.now())).toHaveProperty("refused");
  });
});

test.each([
  ["spiffe://acme.example/ns/prod", true],
  ["spiffe://acme.example", true],
  ["spiffe://ACME.example/a", false],
  ["spiffe://acme.example/a/../b", false],
  ["spiffe://acme.example//a", false],
  ["spiffe://acme.example/", false],
  ["spiffe://acme.example/a?b=c", false],
  ["spiffe://user@acme.example/a", false],
  [`spiffe://acme.example/${"a".repeat(600)}`, false],
])("%s is a SPIFFE id: %s", (text, fits) => {
  expect(spiffeId(text)).toBe(fits ? text : undefined);
});

describe("the source", () => {
  test("finds an X.509 SVID at the well-known place", async () => {
    const world = around({ files: { [svidPath]: pem("good"), [bundlePath]: pem("root") } });
    expect(await spiffe.find(world)).toMatchObject({
      found: { id, kind: "workload", source: "mtls_spiffe", verified: true },
    });
  });

  test("finds one where the environment says", async () => {
    const env = { ANSWERABLE_SPIFFE_SVID: "/svid.pem", ANSWERABLE_SPIFFE_BUNDLE: "/bundle.pem" };
    const world = around({ env, files: { "/svid.pem": pem("good"), "/bundle.pem": pem("root") } });
    expect(await spiffe.find(world)).toMatchObject({ found: { id, verified: true } });
  });

  test("names nobody when the bundle asked for is not there, or the chain does not end in it", async () => {
    const env = { ANSWERABLE_SPIFFE_SVID: "/svid.pem", ANSWERABLE_SPIFFE_BUNDLE: "/bundle.pem" };
    const files = { "/svid.pem": pem("good") };
    expect(await spiffe.find(around({ env, files }))).toEqual({ said: "the bundle can't be read" });
    const strange = { ...files, "/bundle.pem": pem("stranger") };
    expect(await spiffe.find(around({ env, files: strange }))).toEqual({
      said: "the certificate's chain does not end in the bundle",
    });
  });

  test("finds a JWT-SVID, verified by a bundle in SPIFFE's own form", async () => {
    const token = await issuer.sign({ sub: id, aud: "crm", iss: undefined });
    const keys = issuer.keys.map((one) => ({ ...one, use: "jwt-svid" }));
    const bundle = JSON.stringify({ keys: [{ ...keys[0], kid: undefined, use: "x509-svid" }, ...keys] });
    const env = { ANSWERABLE_SPIFFE_SVID: "/jwt_svid.token", ANSWERABLE_SPIFFE_BUNDLE: "/jwt_bundle.json" };
    const files = { "/jwt_svid.token": `${token}\n`, "/jwt_bundle.json": bundle };
    const reference = (): string => "hmac-sha256:0011";
    expect(await spiffe.find(around({ env, files, reference }))).toMatchObject({
      found: {
        id,
        source: "jwt_verified",
        verified: true,
        credential: { id: "hmac-sha256:0011", type: "jwt_svid" },
      },
    });
    const forged = { ...files, "/jwt_svid.token": `${token.slice(0, -8)}AAAAAAAA` };
    expect(await spiffe.find(around({ env, files: forged }))).toEqual({
      said: "JWT-SVID refused: signature wrong",
    });
  });

  test("marks a JWT-SVID without a bundle as unverified", async () => {
    const token = await issuer.sign({ sub: id, aud: "crm" });
    const world = around({ env: { ANSWERABLE_SPIFFE_SVID: "/t" }, files: { "/t": token } });
    expect(await spiffe.find(world)).toMatchObject({
      found: { id, source: "jwt_unverified", verified: false },
    });
  });

  test("says when there is none", async () => {
    expect(await spiffe.find(around({}))).toEqual({ said: "no SVID file" });
    const world = around({ env: { ANSWERABLE_SPIFFE_SVID: "/t" } });
    expect(await spiffe.find(world)).toEqual({ said: "the SVID file can't be read" });
  });
});

function authority(name: string, parent?: string, subject = name): void {
  const constraints = ["-addext", "basicConstraints=critical,CA:TRUE"];
  if (parent === undefined)
    return openssl(
      "req",
      "-x509",
      "-days",
      "1",
      "-subj",
      `/CN=${subject}`,
      ...constraints,
      ...newKey(name),
      "-out",
      file(`${name}.pem`),
    );
  issue(name, parent, "basicConstraints=critical,CA:TRUE");
}

function leaf(
  name: string,
  parent: string,
  names: string,
  constraints = "basicConstraints=critical,CA:FALSE",
): void {
  issue(name, parent, `subjectAltName=${names}\n${constraints}`);
}

function issue(name: string, parent: string, extensions: string): void {
  writeFileSync(file(`${name}.ext`), extensions);
  openssl("req", "-subj", `/CN=${name}`, ...newKey(name), "-out", file(`${name}.csr`));
  const signer = ["-CA", file(`${parent}.pem`), "-CAkey", file(`${parent}.key`), "-CAcreateserial"];
  const input = ["-in", file(`${name}.csr`), "-extfile", file(`${name}.ext`)];
  openssl("x509", "-req", "-days", "1", ...input, ...signer, "-out", file(`${name}.pem`));
}

function newKey(name: string): readonly string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file(`${name}.key`)];
}

function openssl(...args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "pipe" });
}

function pem(name: string): string {
  return readFileSync(file(`${name}.pem`), "utf8");
}

function key(name: string): string {
  return readFileSync(file(`${name}.key`), "utf8");
}

function file(name: string): string {
  return join(folder.path, name);
}
