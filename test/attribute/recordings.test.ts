/**
 * Goal: spans of real libraries mean what an analyst expects, and every language that attributes says the same.
 * Method: recordings of what the libraries sent, and vectors for the corners, each with what was once looked at and
 * kept; both go through the decoder and the shipped table. The Collector's processor is held to the same files.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { keyGroup } from "../../detector/decode/index.ts";
import { filters } from "../../detector/attribute/template.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { recorded, recordings, recordingsFolder, type Told, toldOf } from "../support/recordings.ts";
import { filtered, hashed, spanTold, type Vectors } from "../support/vectors.ts";

const read = (file: string): unknown => JSON.parse(readFileSync(join(recordingsFolder, file), "utf8"));
const expected = read("spans/expected.json") as Readonly<Record<string, readonly Told[]>>;
const vectors = read("attribution/vectors.json") as Vectors;
const attributor = shippedAttributor();

describe("the recordings", () => {
  test.each(recordings)("of %s", (name) => {
    expect(toldOf(recorded(name), attributor)).toEqual(expected[name]);
  });

  test("are of many libraries of two languages, none of them empty", () => {
    const counts = recordings.map((name) => expected[name]?.length ?? 0);
    expect(Object.keys(expected).toSorted()).toEqual(recordings);
    expect(Math.min(...counts)).toBeGreaterThan(0);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(200);
    for (const language of ["js-", "py-"])
      expect(recordings.filter((name) => name.startsWith(language)).length).toBeGreaterThanOrEqual(8);
  });

  test("tell nothing of the machine they were made on", () => {
    for (const name of recordings) {
      const text = readFileSync(join(recordingsFolder, `spans/${name}.json`), "utf8");
      expect(text).not.toMatch(/"(host|process|os)\.|\/(tmp|root|home|work)\/|site-packages|node_modules/u);
    }
  });
});

describe("the vectors", () => {
  test("of filters", () => {
    for (const { filter, of, is } of vectors.filters)
      expect([filter, of, filtered(filter, of)]).toEqual([filter, of, is]);
  });

  test("have every filter", () => {
    expect([...new Set(vectors.filters.map(({ filter }) => filter))]).toEqual(Object.keys(filters));
  });

  test("of key groups", () => {
    for (const { tenant, id, is } of vectors.keyGroups) expect([id, keyGroup(tenant, id)]).toEqual([id, is]);
  });

  test("of murmur2", () => {
    for (const { of, is } of vectors.murmur2) expect([of, hashed(of)]).toEqual([of, is]);
  });

  test.each(vectors.spans)("of a span: $name", ({ request, is }) => {
    expect(spanTold(request, attributor)).toEqual(is);
  });
});
