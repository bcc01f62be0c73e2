import { defaultLimits, keyGroup, readTraces } from "../../detector/decode/index.ts";
import { shippedAttributor } from "../../detector/roles/package-files.ts";

/** What the table says of one span of a request: by its ordinal, who acts, the key group, and what it is done as. */
export type JudgedSpan = readonly [index: number, identity: string, group: string, action: string | null];

const attributor = shippedAttributor();
const row = attributor.newRow();

/**
 * What becomes of the spans of a protobuf request that can be used; null when it is refused as a whole. Two languages
 * are held against this.
 */
export function judgedBytes(body: Uint8Array): readonly JudgedSpan[] | null {
  row.dictionary.clear();
  const spans: JudgedSpan[] = [];
  const read = readTraces(body, row, defaultLimits, () => {
    const identity = attributor.identify(row);
    const id = row.dictionary.text(identity.id);
    const who = [id, ...[identity.kind, identity.strength, identity.rule].map((code) => text(code))];
    const found = attributor.recognise(row);
    const what =
      found === undefined
        ? null
        : [found.rule, found.kind, found.operation, found.resourceId, found.resourceKind]
            .map((code) => text(code))
            .concat(String(found.mutating))
            .join("\n");
    spans.push([row.index, who.join("\n"), keyGroup("default", id), what]);
  });
  return read.ok ? spans : null;
}

const text = (code: number): string => (code === 0 ? "" : row.dictionary.text(code));
