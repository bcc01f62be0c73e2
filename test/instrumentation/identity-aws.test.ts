/**
 * Goal: AWS keys become the identity that AWS says they are; the identity is the role, not the session.
 * Method: STS and the container's credentials service as doubles; the signature is computed again here.
 */
import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import { aws, principal } from "../../instrumentation/identity/aws.ts";
import type { HttpAnswer, HttpRequest } from "../../instrumentation/identity/http.ts";
import { around, json, type Web } from "../support/identity-around.ts";

describe("aws", () => {
  const keys = {
    AWS_ACCESS_KEY_ID: "ASIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "aws-secret",
    AWS_SESSION_TOKEN: "aws-session",
  };
  const env = { ...keys, AWS_REGION: "eu-central-1" };
  const arn = "arn:aws:sts::123456789012:assumed-role/triage-role/ana@acme.example";
  const named = (text: string): HttpAnswer =>
    json({
      GetCallerIdentityResponse: {
        GetCallerIdentityResult: { Account: "123456789012", Arn: text, UserId: "A:b" },
      },
    });

  test("is what STS says of a signed request; the session's name stays out", async () => {
    const requests: HttpRequest[] = [];
    const web = (_: string, request: HttpRequest): HttpAnswer => (requests.push(request), named(arn));
    const nowMs = (): number => Date.UTC(2026, 0, 2, 3, 4, 5, 678);
    const world = around({ env, web, nowMs });
    expect(await aws.find(world)).toEqual({
      found: {
        id: "arn:aws:iam::123456789012:role/triage-role",
        kind: "workload",
        source: "cloud_sts",
        verified: true,
        credential: { id: "ASIAEXAMPLE", type: "aws_sts" },
        attributes: { "cloud.provider": "aws", "cloud.account.id": "123456789012" },
      },
      said: "STS named the keys' identity",
    });
    expect(world.asked).toEqual(["https://sts.eu-central-1.amazonaws.com/"]);
    expect(requests[0]?.body).toBe("Action=GetCallerIdentity&Version=2011-06-15");
    expect(requests[0]?.headers).toMatchObject({
      "x-amz-date": "20260102T030405Z",
      "X-Amz-Security-Token": "aws-session",
    });
    expect(requests[0]?.headers?.["Authorization"]).toBe(authorization(requests[0] ?? {}, "aws-secret"));
  });

  test("keys of the container's credentials service count too", async () => {
    const web: Web = (url, { headers }) => {
      if (url !== "http://169.254.170.23/v1/credentials") return named(arn);
      const given = {
        AccessKeyId: "ASIACONTAINER",
        SecretAccessKey: "s",
        Token: "t",
        Expiration: "2026-01-02T03:04:05Z",
      };
      return headers?.["authorization"] === "pod-token" ? json(given) : json({}, 401);
    };
    const world = around({
      env: {
        AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials",
        AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: "/token",
      },
      files: { "/token": "pod-token\n" },
      web,
    });
    const credential = { id: "ASIACONTAINER", type: "aws_sts", expiresAtMs: Date.UTC(2026, 0, 2, 3, 4, 5) };
    expect(await aws.find(world)).toMatchObject({ found: { verified: true, credential } });
    expect(world.asked[1]).toBe("https://sts.amazonaws.com/");
  });

  test("credentials are not fetched over plain HTTP from anywhere", async () => {
    const world = around({ env: { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://10.0.0.1/credentials" } });
    expect(await aws.find(world)).toEqual({ said: "no AWS keys or role" });
    expect(world.asked).toEqual([]);
  });

  test("another endpoint than AWS's own proves nothing", async () => {
    const own = { ...env, AWS_ENDPOINT_URL_STS: "http://localhost:4566/" };
    expect(await aws.find(around({ env: own, web: () => named(arn) }))).toMatchObject({
      found: { verified: false },
    });
    const plain = around({ env: { ...env, AWS_ENDPOINT_URL_STS: "http://sts.acme.example/" } });
    expect(await aws.find(plain)).toEqual({ said: "the address of STS is not allowed" });
    const region = around({ env: { ...env, AWS_REGION: "evil.example/#" } });
    expect(await aws.find(region)).toEqual({ said: "the address of STS is not allowed" });
    expect([...plain.asked, ...region.asked]).toEqual([]);
  });

  test("a role that is only named is a claim", async () => {
    const world = around({ env: { AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/service/triage-role" } });
    expect(await aws.find(world)).toMatchObject({
      found: { id: "arn:aws:iam::123456789012:role/triage-role", source: "cloud_sts", verified: false },
    });
  });

  test("says what went wrong, and never what was sent", async () => {
    expect(await aws.find(around({ env, web: () => json({}, 403) }))).toEqual({ said: "STS answered 403" });
    expect(await aws.find(around({ env }))).toEqual({ said: "STS gave no answer" });
    for (const body of [json({}), json([]), named("no arn"), named("arn:aws:s3:::bucket")])
      expect(await aws.find(around({ env, web: () => body }))).toEqual({ said: "STS named nobody" });
  });

  test.each([
    ["arn:aws:iam::123456789012:user/deploy", "arn:aws:iam::123456789012:user/deploy", "service_account"],
    ["arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root", "unknown"],
    ["arn:aws-cn:sts::123456789012:assumed-role/r/s", "arn:aws-cn:iam::123456789012:role/r", "workload"],
    [
      "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_0a/ana",
      "arn:aws:iam::123456789012:role/AWSReservedSSO_Admin_0a",
      "human",
    ],
  ])("%s is %s, a %s", (text, id, kind) => {
    expect(principal(text)).toMatchObject({ id, kind });
  });
});

/** Signature Version 4, computed again from what was sent. */
function authorization({ headers = {}, body = "" }: HttpRequest, secret: string): string {
  const lower = Object.entries(headers).map(([name, value]): [string, string] => [name.toLowerCase(), value]);
  const signed = lower.filter(([name]) => name !== "authorization" && name !== "content-length");
  const length = lower.filter(([name]) => name === "content-length");
  const list = [...signed, ...length].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const names = list.map(([name]) => name).join(";");
  const lines = list.map(([name, value]) => `${name}:${value}\n`).join("");
  const canonical = `POST\n/\n\n${lines}\n${names}\n${sha256(body)}`;
  const scope = "20260102/eu-central-1/sts/aws4_request";
  const text = `AWS4-HMAC-SHA256\n20260102T030405Z\n${scope}\n${sha256(canonical)}`;
  const key = scope.split("/").reduce<string | Buffer>((one, part) => hmac(one, part), `AWS4${secret}`);
  const signature = hmac(key, text).toString("hex");
  return `AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/${scope}, SignedHeaders=${names}, Signature=${signature}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}
