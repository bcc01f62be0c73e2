import { absent, type Dictionary, empty, type SpanRow } from "../decode/index.ts";
import type { ActionColumns } from "./action-columns.ts";
import type { Clippers } from "./clipper.ts";
import type { Attributor } from "./table.ts";
import type { Template } from "./template.ts";

/** Compiles what fills in the names that actions of all kinds have: chain, session, task, owner, credential, … */
export function compileFields(
  { names, fields }: Attributor,
  clip: Clippers,
): (row: SpanRow, columns: ActionColumns, nth: number) => void {
  const stepAt = names.placeOf("nhi.step");
  const named = (template: Template, row: SpanRow): number =>
    clip.name(row.dictionary, template(row) || empty);
  return (row, { codes: to }, nth) => {
    to.chain[nth] = named(fields.chain, row);
    to.session[nth] = named(fields.session, row);
    to.task[nth] = named(fields.task, row);
    to.owner[nth] = named(fields.owner, row);
    to.network[nth] = named(fields.network, row);
    to.credential[nth] = named(fields.credential, row);
    to.claimedGrant[nth] = named(fields.grant, row);
    to.claimedApproval[nth] = named(fields.approval, row);
    to.errorType[nth] = named(fields.errorType, row);
    to.step[nth] = stepOf(row.dictionary, row.codes[stepAt]!);
  };
}

/** Ordinal of the step within its task, -1 without one. */
function stepOf(dictionary: Dictionary, code: number): number {
  if (code < 0) return -1 - code;
  if (code === absent || code === empty) return -1;
  const step = Number(dictionary.text(code));
  return Number.isInteger(step) && step >= 0 && step < 2 ** 31 ? step : -1;
}
