/**
 * Goal: CloudTrail's own files can be replayed, whatever is in them, and say who did what with what kind of program.
 * Method: records in the shape of AWS's user guide, whole files of them cut at every place, and files that are broken on purpose.
 */
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { batchesOf, type Batch } from "../../detector/replay/batches.ts";
import { shippedCloudOperations } from "../../detector/replay/cloud-table.ts";
import { readCloudRecord } from "../../detector/replay/cloud-record.ts";
import { JsonObjects } from "../../detector/replay/json-objects.ts";
import { lineCharsMax } from "../../detector/replay/lines.ts";
import { cloudReader } from "../../detector/replay/reader.ts";
import type { ReplaySpan } from "../../detector/replay/span-of-line.ts";
import { attributes, operationClasses } from "../../schemas/index.ts";
import { cloudRecord, roleIdentity, userIdentity } from "../support/cloud-records.ts";
import { fileOf } from "./support.ts";

function spanOf(record: object): ReplaySpan {
  const read = readCloudRecord(JSON.stringify(record), shippedCloudOperations());
  if (!read.ok) throw new Error(read.reason);
  return read.spans[0]!;
}

async function all(file: string): Promise<Batch[]> {
  const found: Batch[] = [];
  for await (const batch of batchesOf(file, { read: cloudReader, split: () => new JsonObjects() }))
    found.push(batch);
  return found;
}

const operationsOf = (batches: readonly Batch[]): unknown[] =>
  batches.flatMap(({ spans }) => spans.map((span) => span.attributes["nhi.action.name"]));

describe("a record", () => {
  test("of a user with a key says all that the detector needs, and no value of a parameter", () => {
    const span = spanOf(
      cloudRecord({
        eventName: "CreateAccessKey",
        requestParameters: { userName: "eve", note: "S3CRET" },
        readOnly: false,
      }),
    );
    expect(span).toMatchObject({ name: "iam:CreateAccessKey", kind: "client", failed: false });
    expect(span.attributes).toEqual({
      "nhi.identity.id": "arn:aws:iam::123456789012:user/Alice",
      "nhi.identity.kind": "service_account",
      "nhi.action.kind": "credential_issue",
      "nhi.action.name": "iam:CreateAccessKey",
      "nhi.action.mutating": true,
      "nhi.action.class": "credential_created",
      "nhi.client.kind": "program",
      "user_agent.name": "aws-cli",
      "nhi.session.id": "AKIAIOSFODNN7EXAMPLE/2026-03-03",
      "nhi.credential.id": "AKIAIOSFODNN7EXAMPLE",
      "nhi.credential.type": "api_key",
      "nhi.resource.id": "eve",
      "nhi.resource.kind": "user",
      "cloud.provider": "aws",
      "cloud.account.id": "123456789012",
      "cloud.region": "us-east-2",
      "client.address": "203.0.113.64",
      "aws.request_id": "ddf5140f-EXAMPLE",
    });
    expect(
      Object.keys(span.attributes).filter((name) => !attributes.some((one) => one.name === name)),
    ).toEqual([]);
  });

  test("of a role is the role's, whatever its session is called, and each temporary key a session", () => {
    const { attributes: said } = spanOf(cloudRecord({ userIdentity: roleIdentity }));
    expect(said).toMatchObject({
      "nhi.identity.id": "arn:aws:iam::123456789012:role/RoleToBeAssumed",
      "nhi.session.id": "ASIAIOSFODNN7EXAMPLE",
      "nhi.credential.type": "aws_sts",
      "nhi.credential.issued_at": 1772532368,
    });
  });

  test.each([
    {
      who: { type: "AWSService", invokedBy: "ec2.amazonaws.com" },
      id: "service:ec2.amazonaws.com",
      kind: "service",
    },
    {
      who: { type: "Root", principalId: "1", arn: "arn:aws:iam::1:root", accountId: "1" },
      id: "arn:aws:iam::1:root",
      kind: "program",
    },
    {
      who: { type: "SAMLUser", principalId: "idp:alice", userName: "alice" },
      id: "samluser:idp:alice",
      kind: "program",
    },
    {
      who: { ...userIdentity, invokedBy: "cloudformation.amazonaws.com" },
      id: userIdentity.arn,
      kind: "service",
    },
  ])("names $id", ({ who, id, kind }) => {
    expect(spanOf(cloudRecord({ userIdentity: who })).attributes).toMatchObject({
      "nhi.identity.id": id,
      "nhi.client.kind": kind,
    });
  });

  test("that a caller dresses up as a service's is a program's", () => {
    const { attributes: said } = spanOf(cloudRecord({ userAgent: "ec2.amazonaws.com" }));
    expect(said["nhi.client.kind"]).toBe("program");
  });

  test.each([
    { mfa: "No", who: userIdentity, class: "login_without_mfa" },
    { mfa: "Yes", who: userIdentity, class: "login" },
    { mfa: "No", who: roleIdentity, class: "login" },
  ])("of a login with MFAUsed $mfa is of class $class", ({ mfa, who, class: name }) => {
    const login = { eventSource: "signin.amazonaws.com", eventName: "ConsoleLogin" };
    const record = cloudRecord({ ...login, userIdentity: who, additionalEventData: { MFAUsed: mfa } });
    expect(spanOf(record).attributes["nhi.action.class"]).toBe(name);
  });

  test("of something refused says why, and of an operation without readOnly what its name says", () => {
    const { readOnly: _, ...rest } = cloudRecord({ eventName: "ListUsers", errorCode: "AccessDenied" });
    const span = spanOf(rest);
    expect(span.failed).toBe(true);
    expect(span.attributes).toMatchObject({ "error.type": "AccessDenied", "nhi.action.mutating": false });
  });

  test.each([
    { name: "no JSON", text: "{S3CRET", reason: "is not JSON" },
    {
      name: "no record",
      text: '{"eventTime":"S3CRET"}',
      reason: "is no CloudTrail record: eventTime, eventSource, eventName",
    },
    {
      name: "nobody",
      text: JSON.stringify(cloudRecord({ userIdentity: null })),
      reason: "names nobody who acted",
    },
    { name: "a list", text: "[1]", reason: "is no CloudTrail record: the record" },
  ])("that is $name is refused without a value", ({ text, reason }) => {
    expect(readCloudRecord(text, shippedCloudOperations())).toEqual({ ok: false, reason });
  });

  test("may hold anything: it is read or refused, and never thrown over", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(cloudRecord())), fc.jsonValue()), (parts) => {
        const read = readCloudRecord(JSON.stringify(cloudRecord(parts)), shippedCloudOperations());
        expect(typeof read.ok).toBe("boolean");
      }),
    );
  });
});

describe("a file", () => {
  const three = ["ListUsers", "CreateUser", "DeleteUser"].map((eventName, nth) =>
    cloudRecord({ eventName, eventID: String(nth), requestParameters: { nested: [{ a: '}]{"\\' }] } }),
  );
  const names = ["iam:ListUsers", "iam:CreateUser", "iam:DeleteUser"];

  test.each([
    { name: "as CloudTrail writes it", text: JSON.stringify({ Records: three }), gzip: true },
    { name: "laid out for people", text: JSON.stringify({ Records: three }, null, 2), gzip: false },
    { name: "one record a line", text: three.map((one) => JSON.stringify(one)).join("\n"), gzip: false },
    {
      name: "as a list",
      text: `${JSON.stringify({ Records: three.slice(0, 1) })}\n${JSON.stringify({ Records: three.slice(1) })}`,
      gzip: false,
    },
  ])("$name", async ({ name, text, gzip }) => {
    expect(operationsOf(await all(fileOf(`${name}.json`, [text], { gzip })))).toEqual(names);
  });

  test("is cut alike wherever its pieces end", () => {
    const text = `${JSON.stringify({ Records: three })}\n${JSON.stringify(three[0])}`;
    const whole = new JsonObjects().push(text);
    expect(whole).toHaveLength(4);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: text.length }), { maxLength: 8 }), (cuts) => {
        const objects = new JsonObjects();
        const ends = [...cuts.toSorted((a, b) => a - b), text.length];
        const found = ends.flatMap((end, nth) => objects.push(text.slice(ends[nth - 1] ?? 0, end)));
        expect(found).toEqual(whole);
      }),
    );
  });

  test("says which record is bad, and keeps its neighbours", async () => {
    const long = { ...three[1], requestParameters: { text: "x".repeat(lineCharsMax) } };
    const records = { Records: [three[0], { S3CRET: 1 }, long, three[2]] };
    const [batch] = await all(fileOf("bad.json", [JSON.stringify(records)]));
    expect(operationsOf(batch === undefined ? [] : [batch])).toEqual([names[0], names[2]]);
    expect(batch?.bad.map(({ line }) => line)).toEqual([2, 3]);
    expect(JSON.stringify(batch?.bad)).not.toContain("S3CRET");
  });

  test("that is cut off gives what it holds, and says so", async () => {
    const text = JSON.stringify({ Records: three }).slice(0, -20);
    const [batch] = await all(fileOf("cut.json", [text]));
    expect(batch?.spans).toHaveLength(2);
    expect(batch?.bad).toMatchObject([{ line: 3, reason: "is not JSON" }]);
  });
});

test("a replay again gives the same ids", () => {
  expect(spanOf(cloudRecord())).toEqual(spanOf(cloudRecord()));
  expect(spanOf(cloudRecord({ eventID: "other" })).spanId).not.toBe(spanOf(cloudRecord()).spanId);
});

test("every class has operations, and is told by a technique", () => {
  const operations = shippedCloudOperations();
  const one = operations.find("lambda", "AddPermission20150331v2", undefined);
  expect(one?.class).toBe("resource_policy_changed");
  for (const { techniques } of Object.values(operationClasses))
    for (const id of techniques) expect(id).toMatch(/^T\d{4}(?:\.\d{3})?$/u);
});
