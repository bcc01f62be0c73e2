/** Writes what is expected of the recordings and the vectors; run it only to keep a change that you have looked at. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { shippedAttributor } from "../../detector/roles/package-files.ts";
import { recorded, recordings, recordingsFolder, toldOf } from "../support/recordings.ts";
import { vectorSpans } from "../support/vector-spans.ts";
import { vectorsOf } from "../support/vectors.ts";

const attributor = shippedAttributor();

/** One line for each of the many. */
function write(file: string, groups: Readonly<Record<string, readonly unknown[]>>): void {
  const lines = Object.entries(groups).map(
    ([name, all]) => `${JSON.stringify(name)}: [\n${all.map((one) => JSON.stringify(one)).join(",\n")}\n]`,
  );
  writeFileSync(join(recordingsFolder, file), `{\n${lines.join(",\n")}\n}\n`);
}

const expected = recordings.map((name) => [name, toldOf(recorded(name), attributor)] as const);
write("spans/expected.json", Object.fromEntries(expected));
write("attribution/vectors.json", { ...vectorsOf(vectorSpans, attributor) });
