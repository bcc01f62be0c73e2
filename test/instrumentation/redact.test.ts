import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { formats } from "../../instrumentation/redact/formats.ts";
import { reference } from "../../instrumentation/redact/reference.ts";
import { clean } from "../../instrumentation/emit/clean.ts";
import { redactor } from "../../instrumentation/redact/redactor.ts";
import { diceOf } from "../support/dice.ts";
import { base64Url, digits, draw, hexDigits } from "../support/redact/chars.ts";
import { tunedShapes } from "../support/redact/clean.ts";
import { leakOf } from "../support/redact/leaks.ts";
import { hostileUnits } from "../support/redact/odd-texts.ts";
import {
  formatSecrets,
  otherSecrets,
  privateKeys,
  tunedKeyedPlaces,
  tunedPlaces,
} from "../support/redact/planted.ts";

/** Whoever draws secrets by chance draws, once in some hundred, one that looks like words; so the draws are fixed. */
const seed = 7;
const key = Buffer.from("a key of thirty-two bytes, no less");
const plain = redactor();
const redact = (text: string): string => plain.text(text);

describe("secrets", () => {
  test("of more than forty formats are known, each once", () => {
    const prefixes = formats.flatMap((format) => format.prefixes);
    expect(formats.length).toBeGreaterThanOrEqual(40);
    expect(new Set(prefixes).size).toBe(prefixes.length);
  });

  test.each(formatSecrets(seed).map((planted) => [planted.id, planted] as const))(
    "of the format %s are found in every place",
    (id, planted) => {
      for (const [, place] of [...tunedPlaces, ...tunedKeyedPlaces]) {
        const text = place(planted.secret);
        expect([text, leakOf(planted, redact(text))]).toEqual([text, undefined]);
      }
      expect(redact(planted.secret)).toBe(`[redacted:${id}]`);
    },
  );

  test.each(otherSecrets.map((make, index) => [make(diceOf(seed)).id, make, index] as const))(
    "of no format, like %s, are found in every place that tells",
    (_, make, index) => {
      const dice = diceOf(seed + index);
      for (let run = 0; run < 10; run++) {
        const planted = make(dice);
        for (const [, place] of planted.alone ? [...tunedPlaces, ...tunedKeyedPlaces] : tunedKeyedPlaces) {
          const text = place(planted.secret);
          expect([text, leakOf(planted, redact(text))]).toEqual([text, undefined]);
        }
      }
    },
  );

  test.each(privateKeys.map((pem) => [pem.split("\n", 1)[0], pem] as const))("like %s go whole", (_, pem) => {
    const oneLine = pem.replaceAll("\n", " ");
    for (const secret of [pem, oneLine, pem.replaceAll("\n", "\r\n"), pem.slice(0, 120)])
      for (const [name, place] of tunedPlaces) {
        const body = secret.slice(secret.indexOf("-----", 5) + 6).split("-----", 1)[0] ?? "";
        for (const line of body.split(/[\r\n ]+/u).filter((each) => each.length > 8))
          expect([name, leakOf({ secret: line }, redact(place(secret)))]).toEqual([name, undefined]);
      }
  });

  test.each([
    ["curl -u ana:hunter2 https://a.example", "curl -u ana:[redacted:password] https://a.example"],
    ["Your password is hunter2.", "Your password is [redacted:password]"],
    ["postgres://ana:p@ss/w0rd@db/app", "postgres://ana:[redacted:password]@db/app"],
    ["jdbc:oracle:thin:scott/tiger@db:1521:xe", "jdbc:oracle:thin:scott/[redacted:password]@db:1521:xe"],
    [
      `data: ${Buffer.from(`{"user":"ana","password":"hunter2"}`).toString("base64")}`,
      "data: [redacted:random]",
    ],
    ["Cookie: a=b; c=d\nHost: x", "Cookie: [redacted:header]\nHost: x"],
    ["password=%68unter2%21&x=1", "password=[redacted:password]&x=1"],
    [
      "chat.postMessage failed: xoxb-1234567890-abcdefghijklmnop!",
      "chat.postMessage failed: [redacted:slack-token]!",
    ],
  ])("%s", (text, left) => {
    expect(redact(text)).toBe(left);
  });
});

describe("what is no secret", () => {
  test("stays: at most five of 10,000 clean attributes are changed", () => {
    const dice = diceOf(seed);
    const changed: unknown[] = [];
    for (let index = 0; index < 10_000; index++) {
      const attribute = Object.fromEntries([tunedShapes[index % tunedShapes.length]!(dice)]);
      const left = plain.attributes(attribute);
      if (left !== attribute) changed.push(left);
    }
    expect(changed.length).toBeLessThanOrEqual(5);
  });

  test("is the very same string, and what was redacted is no secret", () => {
    const all = [...formatSecrets(seed), ...otherSecrets.map((make) => make(diceOf(seed)))];
    for (const options of [{}, { key, tenant: "acme" }]) {
      const made = redactor(options);
      for (const { secret } of all)
        for (const [, place] of [...tunedPlaces, ...tunedKeyedPlaces]) {
          const once = made.text(place(secret));
          expect(made.text(once)).toBe(once);
        }
    }
  });

  test.each([
    "password",
    "password: required",
    "Basic authentication",
    "token: string",
    "--token",
    "://@",
    "a:b@c",
  ])("%s", (text) => {
    expect(redact(text)).toBe(text);
  });
});

describe("attributes", () => {
  test("are changed in keys, strings and lists, and nowhere else", () => {
    const token = `ghp_${draw(diceOf(seed), digits, 36)}`;
    const attributes = { a: 1, b: true, c: ["x", token], [token]: "y", d: `see ${token}` };
    const made = redactor();
    expect(made.attributes(attributes)).toEqual({
      a: 1,
      b: true,
      c: ["x", "[redacted:github-token]"],
      "[redacted:github-token]": "y",
      d: "see [redacted:github-token]",
    });
    expect(made.count).toBe(3);
  });

  test("are the same object when there is nothing to hide", () => {
    const attributes = { "service.name": "checkout", list: ["a", "b"], none: undefined };
    expect(redactor().attributes(attributes)).toBe(attributes);
  });

  test("tell by their name what they are", () => {
    const attributes = {
      "db.password": "tiger",
      "http.request.header.authorization": ["Bearer abcdef123456"],
      "http.request.header.x-api-key": ["k9f3h2k1"],
      "aws.s3.version_id": draw(diceOf(seed), base64Url, 32),
    };
    expect(redactor().attributes(attributes)).toEqual({
      "db.password": "[redacted:password]",
      "http.request.header.authorization": ["[redacted:header]"],
      "http.request.header.x-api-key": ["[redacted:credential]"],
      "aws.s3.version_id": attributes["aws.s3.version_id"],
    });
  });

  test("may be made to hurt", () => {
    const hostile: Record<string, unknown> = JSON.parse('{"__proto__":"password=hunter2","constructor":"x"}');
    Object.defineProperty(hostile, "trap", {
      enumerable: true,
      get() {
        throw new Error("no");
      },
    });
    const left = redactor().attributes(hostile as Record<string, string>);
    expect(Object.entries(left)).toEqual([
      ["__proto__", "password=[redacted:password]"],
      ["constructor", "x"],
      ["trap", undefined],
    ]);
    expect(Object.getPrototypeOf(left)).toBe(Object.prototype);
  });
});

describe("ids that a guard got", () => {
  const dice = diceOf(seed);
  const approval = draw(dice, hexDigits, 32);
  const digest = draw(dice, hexDigits, 64);

  test("leave as they are; what a host says in their place is checked by its looks", () => {
    expect(clean({ "nhi.approval.id": approval, "nhi.action.digest": digest }, plain)).toEqual({
      "nhi.approval.id": approval,
      "nhi.action.digest": digest,
    });
    const secret = "sWi+lPyX6fUL+qP0siRgn7X1zVEbhKKu/2rilf9M";
    for (const name of ["nhi.grant.id", "nhi.approval.id", "nhi.action.digest"])
      expect(clean({ [name]: secret }, plain)).toEqual({ [name]: "[redacted:random]" });
  });
});

describe("references", () => {
  test("are the same for a secret within a tenant, however it is written, and others elsewhere", () => {
    const secret = "p/w+0rd=7!x";
    const here = reference(secret, key, "acme");
    expect(here).toMatch(/^hmac-sha256:[0-9a-f]{16}$/u);
    const made = redactor({ key, tenant: "acme" });
    expect(made.text(`password=${secret}`)).toBe(`password=[redacted:password:${here}]`);
    expect(made.text(`https://u:${encodeURIComponent(secret)}@h/`)).toBe(
      `https://u:[redacted:password:${here}]@h/`,
    );
    expect(reference(secret, key, "other")).not.toBe(here);
    expect(reference(secret, Buffer.from("another key"), "acme")).not.toBe(here);
  });

  test("need a key", () => {
    expect(reference("hunter2", undefined, "acme")).toBeUndefined();
    expect(reference("hunter2", new Uint8Array(), "acme")).toBeUndefined();
  });

  test("are counted until taken", () => {
    const made = redactor();
    made.text("password=a1b2 and password=c3d4");
    expect([made.count, made.take(), made.count]).toEqual([2, 2, 0]);
  });
});

test("headers of a private key that begin anywhere are read once each", () => {
  const headers = `-----BEGIN PRIVATE KEY-----${"a: ".repeat(300)}`;
  expect(redact(`${headers}\u0001`)).toBe(`${headers}\u0001`);
  expect(redact(`${headers}\n${"QUJD".repeat(16)}\n`)).toBe("[redacted:private-key]");
});

describe("long and hostile texts", () => {
  const cut = redactor({ limits: { textCharsMax: 100 } });

  test("are cut, and a secret across the cut goes whole", () => {
    expect(cut.text("x ".repeat(200))).toBe(`${"x ".repeat(50)}…`);
    const some = formatSecrets(seed).slice(0, 12);
    for (let before = 1; before <= 100; before++)
      for (const { secret, prefix } of some) {
        const left = cut.text(`${"x ".repeat(51).slice(-before)}${secret} ${"y ".repeat(3_000)}`);
        expect([left, leakOf({ secret, ...(prefix === undefined ? {} : { prefix }) }, left)]).toEqual([
          left,
          undefined,
        ]);
      }
  });

  test("no half of a character is left at the cut", () => {
    expect(cut.text(`${"x".repeat(99)}😀${"y".repeat(99)}`)).not.toMatch(/\p{Surrogate}/u);
  });

  test("never throw", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
        expect(typeof redact(text)).toBe("string");
      }),
    );
    expect(redact(undefined as unknown as string)).toBe("[redacted:unreadable]");
  });

  // Of a quadratic search each of these would take minutes.
  test.each(hostileUnits)("a million characters of %j take linear time", (unit) => {
    const made = redactor({ limits: { textCharsMax: Number.MAX_SAFE_INTEGER } });
    expect(typeof made.text(unit.repeat(Math.ceil(1_000_000 / unit.length)))).toBe("string");
  });
});
