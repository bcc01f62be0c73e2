/** Goal: the redactor in Go makes of each text what this one does; what this one does is written down here. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { data } from "../../instrumentation/redact/data.ts";
import { redactor } from "../../instrumentation/redact/redactor.ts";
import { wordOf } from "../../instrumentation/redact/words.ts";
import { joined, referenceKey, type Vector } from "../support/redact/vectors.ts";
import { repositoryRoot } from "../support/repository.ts";

const read = (path: string): unknown => JSON.parse(readFileSync(join(repositoryRoot, path), "utf8"));

test("the data that the SDK holds is that of schemas/redaction.json", () => {
  expect(data).toEqual(read("schemas/redaction.json"));
});

test("of each of more than 600 texts the redactor makes what is written down", () => {
  const vectors = read("test/recordings/redaction/vectors.json") as readonly Vector[];
  expect(vectors.length).toBeGreaterThan(600);
  for (const { of, max, referenced, text, clean, count } of vectors) {
    const made = redactor({
      ...(referenced === true ? { key: referenceKey, tenant: "acme" } : {}),
      limits: { textCharsMax: max },
    });
    const given = joined(text);
    const left = made.text(of === undefined ? given : wordOf(of, given), of);
    expect([given, left, made.count]).toEqual([given, joined(clean ?? text), count]);
  }
});
