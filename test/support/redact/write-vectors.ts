import { writeFileSync } from "node:fs";
import { redactor } from "../../../instrumentation/redact/redactor.ts";
import { wordOf } from "../../../instrumentation/redact/words.ts";
import { diceOf } from "../dice.ts";
import { base64, base64Url, draw } from "./chars.ts";
import { unseenShapes } from "./clean-unseen.ts";
import { tunedShapes } from "./clean.ts";
import {
  formatSecrets,
  otherSecrets,
  tunedKeyedPlaces,
  tunedPlaces,
  unseenKeyedPlaces,
  unseenPlaces,
} from "./planted.ts";
import { hostileUnits, oddTexts } from "./odd-texts.ts";
import { inPieces, referenceKey, type Vector } from "./vectors.ts";

/**
 * Writes `test/recordings/redaction/vectors.json`: texts, and what the redactor in TypeScript makes of them, for the one in Go
 * to make the same. Drawn from a seed, so that the same redactor gives the same bytes. All secrets in it are made up.
 */
const seed = 20_261_122;
const dice = diceOf(seed);
const vectors: Vector[] = [];

function add(text: string, of?: string, more: Pick<Vector, "max" | "referenced"> = {}): void {
  const made = redactor({
    ...(more.referenced === true ? { key: referenceKey, tenant: "acme" } : {}),
    ...(more.max === undefined ? {} : { limits: { textCharsMax: more.max } }),
  });
  const clean = made.text(of === undefined ? text : wordOf(of, text), of);
  vectors.push({
    ...(of === undefined ? {} : { of }),
    ...more,
    text: inPieces(text),
    ...(clean === text ? {} : { clean: inPieces(clean) }),
    count: made.count,
  });
}

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const places = [...tunedPlaces, ...unseenPlaces];
const keyedPlaces = [...tunedKeyedPlaces, ...unseenKeyedPlaces];

for (const [nth, { secret }] of formatSecrets(seed).entries()) {
  add(secret);
  add(places[nth % places.length]![1](secret));
  add(
    keyedPlaces[nth % keyedPlaces.length]![1](secret),
    undefined,
    nth % 8 === 0 ? { referenced: true } : {},
  );
  if (nth % 4 === 0)
    add(`${"x ".repeat(51).slice(-(nth % 100))}${secret} ${"y ".repeat(60)}`, undefined, { max: 100 });
}
// Signed with a key that is new in every process.
const drawn = otherSecrets.filter((make) => make(diceOf(seed)).id !== "jwt");
for (const [nth, make] of drawn.entries())
  for (const [at, [, place]] of [...places, ...keyedPlaces].entries())
    if ((nth + at) % 3 === 0) add(place(make(dice).secret));
for (const [, place] of places) {
  add(place(`${part({ alg: "RS256", typ: "JWT" })}.${part({ sub: "ana" })}.${draw(dice, base64Url, 171)}A`));
  const lines = Array.from({ length: 4 }, () => draw(dice, base64, 64)).join("\n");
  add(place(`-----BEGIN PRIVATE KEY-----\n${lines}\n-----END PRIVATE KEY-----\n`));
}
for (const shape of [...tunedShapes, ...unseenShapes, ...tunedShapes]) {
  const [of, value] = shape(dice);
  if (typeof value === "string") add(value, of);
}
for (const [text, of] of oddTexts) add(text, of);
for (const unit of hostileUnits) add(unit.repeat(Math.ceil(300 / unit.length)));

const lines = vectors.map((vector) => `  ${JSON.stringify(vector)}`).join(",\n");
writeFileSync(
  new URL("../../../../test/recordings/redaction/vectors.json", import.meta.url),
  `[\n${lines}\n]\n`,
);
process.stdout.write(`${String(vectors.length)} vectors\n`);
