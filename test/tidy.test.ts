/**
 * Goal: the architecture is what the code does, not what a page says.
 * Method: rules as data, checked on every source file, and each shown to catch a small sample.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { repositoryRoot } from "./support/repository.ts";
import { banned, sharedLibraries, tooLong, unusedExports, wrongLayer } from "./support/tidy/rules.ts";
import type { Ban, Layer, LibraryRule } from "./support/tidy/rules.ts";
import type { SourceFile } from "./support/tidy/source.ts";

/** The detector's pure core, in the order of the data: a folder may import those before it. */
const core = ["decode", "attribute", "authorise", "learn", "respond", "detect"].map(
  (name) => `detector/${name}/`,
);
/** How packed state reads and writes its bytes. */
const bytes = "detector/bytes.ts";
/** All that pure code needs of Node. */
const pure = ["node:crypto", "node:buffer"];

const layers: readonly Layer[] = [
  { folder: "schemas/", ours: [], outside: ["zod"] },
  { folder: "policy/", ours: ["schemas/"], outside: pure },
  { folder: "instrumentation/", ours: ["schemas/", "policy/"], outside: "any" },
  ...core.map((folder, index) => ({
    folder,
    ours: ["schemas/", "policy/", bytes, ...core.slice(0, index)],
    outside: pure,
  })),
  { folder: "detector/peers/", ours: ["schemas/", "policy/", bytes, ...core], outside: pure },
  { folder: "detector/stream/", ours: ["schemas/", "policy/", bytes, ...core], outside: pure },
  // Wires; the two halves meet nowhere else.
  {
    folder: "detector/main.ts",
    ours: ["schemas/", "policy/", "instrumentation/", "detector/"],
    outside: "any",
  },
  { folder: "detector/", ours: ["schemas/", "policy/"], outside: "any" },
  { folder: "scripts/", ours: ["schemas/", "policy/", "instrumentation/", "detector/"], outside: "any" },
  {
    folder: "bench/",
    ours: ["schemas/", "policy/", "instrumentation/", "detector/", "test/", "scripts/"],
    outside: "any",
  },
  {
    folder: "eval/",
    ours: ["schemas/", "policy/", "instrumentation/", "detector/", "test/"],
    outside: "any",
  },
  { folder: "soak/", ours: ["schemas/", "policy/", "detector/", "test/"], outside: "any" },
  {
    folder: "test/",
    ours: ["schemas/", "policy/", "instrumentation/", "detector/", "bench/", "eval/", "scripts/"],
    outside: "any",
  },
];

/** Where data from outside is parsed: settings, requests, recorded files, and answers of a server or another process. */
const borders = ["config", "serve", "cli", "ingest", "alert", "replay", "doctor"].map(
  (name) => `detector/${name}/`,
);
const libraries: LibraryRule = { folder: "detector/", freeWithin: { zod: borders } };

const shipped = ["schemas/", "policy/", "instrumentation/", "detector/"];
const main = ["detector/main.ts", "instrumentation/environment.ts", "instrumentation/process.ts"];
const clocks = ["detector/clock.ts", "instrumentation/clock.ts"];
const dice = ["detector/random.ts", "instrumentation/random.ts"];
const bans: readonly Ban[] = [
  {
    what: /\bprocess\.(?:env|exit)\b|["']node:process["']/u,
    within: shipped,
    exceptIn: main,
    inComments: false,
  },
  {
    what: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b/u,
    within: shipped,
    exceptIn: clocks,
    inComments: false,
  },
  { what: /\bMath\.random\b|\brandomUUID\b/u, within: shipped, exceptIn: dice, inComments: false },
  { what: /\bTO[D]O\b|\bFIX[M]E\b/u, within: [""], exceptIn: [], inComments: true },
  {
    what: /\b(?:test|it|describe)(?:\.\w+)*\.(?:only|skip|todo|failing)\b|\b(?:fit|xit|xtest|xdescribe)\(/u,
    within: ["test/"],
    exceptIn: [],
    inComments: false,
  },
];

const linesMax = 300;

const rules: Readonly<Record<string, (files: readonly SourceFile[]) => readonly string[]>> = {
  "imports follow the layers": (files) => wrongLayer(files, layers),
  "one outside library, one file": (files) => sharedLibraries(files, libraries),
  "clock, chance, environment and exit have one place; nothing is left over": (files) => banned(files, bans),
  "a file can be read in one go": (files) => tooLong(files, linesMax),
  "an export has a user": (files) =>
    unusedExports(files, ["schemas/", "policy/", "detector/", "test/support/"]),
};

const repository = [
  "schemas",
  "policy",
  "instrumentation",
  "detector",
  "scripts",
  "bench",
  "eval",
  "soak",
  "test",
].flatMap((folder) => sources(folder));

function sources(folder: string): readonly SourceFile[] {
  try {
    return readdirSync(join(repositoryRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts"))
      .map((name) => `${folder}/${name}`)
      .map((path) => ({ path, text: readFileSync(join(repositoryRoot, path), "utf8") }));
  } catch {
    return [];
  }
}

test("there is something to look at", () => {
  expect(repository.length).toBeGreaterThan(20);
});

test.each(Object.entries(rules))("%s", (_, check) => {
  expect(check(repository)).toEqual([]);
});

/** Put together here, as this file is looked at too. */
const leftover = ["TO", "DO"].join("");
const loneTest = ["test", "only"].join(".");
const skippedTable = ["describe", "each", "skip"].join(".");

/** Per rule: small sets of files by path, and what the rule says of them. */
const samples: Readonly<
  Record<string, readonly { name: string; files: Readonly<Record<string, string>>; says: string[] }[]>
> = {
  "imports follow the layers": [
    {
      name: "schemas take zod and nothing of ours",
      files: {
        "schemas/a.ts": 'import { z } from "zod";\nimport { b } from "../detector/b.ts";\nimport "kafkajs";',
      },
      says: ["schemas/a.ts imports detector/b.ts", "schemas/a.ts imports kafkajs"],
    },
    {
      name: "instrumentation and detector never meet",
      files: {
        "instrumentation/a.ts": 'import { b } from "../detector/b.ts";',
        "detector/b.ts": 'import type { A } from "../instrumentation/a.ts";',
      },
      says: ["instrumentation/a.ts imports detector/b.ts", "detector/b.ts imports instrumentation/a.ts"],
    },
    {
      name: "the core looks back, never ahead",
      files: {
        "detector/learn/a.ts": 'import { b } from "../decode/b.ts";\nimport { c } from "../detect/c.ts";',
      },
      says: ["detector/learn/a.ts imports detector/detect/c.ts"],
    },
    {
      name: "the core has no clock, no client and no I/O",
      files: {
        "detector/detect/a.ts":
          'import { createHash } from "node:crypto";\nimport { systemClock } from "../clock.ts";\nconst fs = await import("node:fs");',
      },
      says: ["detector/detect/a.ts imports detector/clock.ts", "detector/detect/a.ts imports node:fs"],
    },
    {
      name: "the partition worker stands on the core alone",
      files: {
        "detector/stream/a.ts": 'export { b } from "../detect/b.ts";\nexport { c } from "../store/c.ts";',
      },
      says: ["detector/stream/a.ts imports detector/store/c.ts"],
    },
    {
      name: "nobody imports test but test, bench and soak",
      files: {
        "detector/a.ts": 'import { b } from "../test/b.ts";',
        "bench/a.ts": 'import { b } from "../test/b.ts";',
        "soak/a.ts": 'import { b } from "../test/b.ts";',
      },
      says: ["detector/a.ts imports test/b.ts"],
    },
    {
      name: "an import in a comment is none",
      files: {
        "schemas/a.ts":
          '/**\n * @example\n * import { b } from "../detector/b.ts";\n */\n// import "kafkajs";',
      },
      says: [],
    },
  ],
  "one outside library, one file": [
    {
      name: "a second file",
      files: {
        "detector/a.ts": 'import { Kafka } from "kafkajs";',
        "detector/b.ts": 'import { logLevel } from "kafkajs/errors";',
      },
      says: ["kafkajs is imported by detector/a.ts, detector/b.ts"],
    },
    {
      name: "types beside the one file are fine",
      files: {
        "detector/kafka/a.ts": 'import { Kafka } from "kafkajs";',
        "detector/kafka/b.ts": 'import type { Kafka } from "kafkajs";',
      },
      says: [],
    },
    {
      name: "types in another folder are not",
      files: {
        "detector/kafka/a.ts": 'import { Kafka } from "kafkajs";',
        "detector/roles/b.ts": 'import type { Kafka } from "kafkajs";',
      },
      says: ["kafkajs is imported by detector/kafka/a.ts, detector/roles/b.ts"],
    },
    {
      name: "zod parses at the borders",
      files: {
        "detector/config/a.ts": 'import { z } from "zod";',
        "detector/store/b.ts": 'import { z } from "zod";',
      },
      says: ["zod is imported outside its folders by detector/store/b.ts"],
    },
  ],
  "clock, chance, environment and exit have one place; nothing is left over": [
    {
      name: "environment",
      files: { "detector/a.ts": "const { HOME } = process.env;" },
      says: ["detector/a.ts says process.env"],
    },
    {
      name: "exit",
      files: { "detector/a.ts": "process.exit(1);" },
      says: ["detector/a.ts says process.exit"],
    },
    { name: "main may", files: { "detector/main.ts": "process.exit(process.env);" }, says: [] },
    { name: "clock", files: { "schemas/a.ts": "Date.now()" }, says: ["schemas/a.ts says Date.now"] },
    {
      name: "date of now",
      files: { "detector/a.ts": "new Date()" },
      says: ["detector/a.ts says new Date()"],
    },
    { name: "date of something", files: { "detector/a.ts": "new Date(0)" }, says: [] },
    {
      name: "stopwatch",
      files: { "detector/a.ts": "performance.now()" },
      says: ["detector/a.ts says performance.now"],
    },
    { name: "chance", files: { "detector/a.ts": "Math.random()" }, says: ["detector/a.ts says Math.random"] },
    { name: "drawn id", files: { "detector/a.ts": "randomUUID()" }, says: ["detector/a.ts says randomUUID"] },
    {
      name: "leftover",
      files: { "bench/a.ts": `// ${leftover}: later` },
      says: [`bench/a.ts says ${leftover}`],
    },
    {
      name: "lone test",
      files: { "test/a.ts": `${loneTest}("x")` },
      says: [`test/a.ts says ${loneTest}`],
    },
    {
      name: "skipped table",
      files: { "test/a.ts": skippedTable },
      says: [`test/a.ts says ${skippedTable}`],
    },
  ],
  "a file can be read in one go": [
    { name: "at the limit", files: { "detector/a.ts": "x\n".repeat(300) }, says: [] },
    { name: "beyond", files: { "detector/a.ts": "x\n".repeat(301) }, says: ["detector/a.ts has 301 lines"] },
  ],
  "an export has a user": [
    {
      name: "one has, one has not",
      files: {
        "detector/a.ts": "export const used = 1;\nexport function unused() {}",
        "detector/b.ts": "f(used)",
      },
      says: ["detector/a.ts exports unused, which nobody uses"],
    },
  ],
};

describe.each(Object.entries(samples))("%s:", (rule, cases) => {
  test.each(cases)("$name", ({ files, says }) => {
    expect(rules[rule]?.(Object.entries(files).map(([path, text]) => ({ path, text })))).toEqual(says);
  });
});

test("every rule has its samples", () => {
  expect(Object.keys(samples)).toEqual(Object.keys(rules));
});
