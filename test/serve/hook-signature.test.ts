import { createHmac } from "node:crypto";
import { expect, test } from "@jest/globals";
import { isSigned } from "../../detector/serve/hook-signature.ts";

const secret = "It's a Secret to Everybody";
const body = Buffer.from("Hello, World!");
const hex = {
  header: "x-hub-signature-256",
  algorithm: "sha256",
  encoding: "hex",
  prefix: "sha256=",
} as const;
const base64 = { header: "x", algorithm: "sha256", encoding: "base64", prefix: "" } as const;
/** The example of GitHub's own documentation. */
const known = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
const inBase64 = createHmac("sha256", secret).update(body).digest("base64");

test.each([
  ["the documented one", known, hex, true],
  ["in capitals", known.toUpperCase().replace("SHA256", "sha256"), hex, true],
  ["in base64", inBase64, base64, true],
  ["absent", undefined, hex, false],
  ["twice", [known, known], hex, false],
  ["without its prefix", known.slice(7), hex, false],
  ["of another hash", known.replace("sha256=", "sha1="), hex, false],
  ["cut off", known.slice(0, -2), hex, false],
  ["with more behind it", `${known}00`, hex, false],
  ["no hex at all", `sha256=${"z".repeat(64)}`, hex, false],
  ["hex where base64 belongs", known.slice(7), base64, false],
  ["empty", "", hex, false],
  ["of one digit changed", known.replace(/7$/u, "8"), hex, false],
])("a signature that is %s", (_, header, form, holds) => {
  expect(isSigned(body, header, form, secret)).toBe(holds);
});

test("a signature of another body or secret doesn't hold", () => {
  expect(isSigned(Buffer.from("Hello, World?"), known, hex, secret)).toBe(false);
  expect(isSigned(body, known, hex, `${secret}!`)).toBe(false);
});
