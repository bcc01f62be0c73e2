import { absent, empty, type SpanRow } from "../decode/index.ts";
import type { ActionColumns } from "./action-columns.ts";
import type { Clippers } from "./clipper.ts";
import type { Attributor, RecognisedAction } from "./table.ts";

/** Resources of one action; further ones are dropped. */
const resourcesMax = 32;

/** Compiles what fills in the resources of an action: the main one, which the rule found, and those that it lists. */
export function compileResources(
  { names }: Attributor,
  clip: Clippers,
): (row: SpanRow, recognised: RecognisedAction, columns: ActionColumns, nth: number) => void {
  const at = {
    origin: names.placeOf("nhi.resource.origin"),
    ids: names.placeOf("nhi.resources.id"),
    kinds: names.placeOf("nhi.resources.kind"),
    origins: names.placeOf("nhi.resources.origin"),
  };

  function further({ codes, dictionary }: SpanRow, hasMain: boolean, columns: ActionColumns): number {
    const ids = dictionary.listOf(codes[at.ids]!);
    if (ids.length === 0) return -1;
    const kinds = dictionary.listOf(codes[at.kinds]!);
    const origins = dictionary.listOf(codes[at.origins]!);
    const all = ids
      .slice(0, hasMain ? resourcesMax - 1 : resourcesMax)
      .flatMap((id, nth) => [
        clip.resource(dictionary, id),
        clip.resourceKind(dictionary, kinds[nth] ?? empty),
        clip.name(dictionary, origins[nth] ?? empty),
      ]);
    return columns.resources.push(all) - 1;
  }

  return (row, { resourceId, resourceKind }, columns, nth) => {
    const { codes, dictionary } = row;
    const to = columns.codes;
    const hasMain = resourceId !== absent;
    to.resource[nth] = hasMain ? clip.resource(dictionary, resourceId) : absent;
    to.resourceKind[nth] = hasMain ? clip.resourceKind(dictionary, resourceKind || empty) : empty;
    to.resourceOrigin[nth] = hasMain ? clip.name(dictionary, codes[at.origin]! || empty) : empty;
    to.resources[nth] = further(row, hasMain, columns);
  };
}
