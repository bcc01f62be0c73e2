/** What detection says of actions that nobody stopped, by what people decided. */
import { PolicyBook } from "../../policy/book.ts";
import { detectors } from "../../detector/detect/index.ts";
import type { ControlRecord } from "../../schemas/index.ts";
import type { AttributedAction } from "./actions.ts";
import { judgedWith } from "./build.ts";
import { Engine } from "./stepped.ts";

/** The signals of the last of some actions that became findings, as `rule/name`. */
export function foundOf(
  log: readonly ControlRecord[],
  actions: readonly Partial<AttributedAction>[],
): readonly string[] {
  const book = new PolicyBook();
  log.forEach((record, position) => book.enter(position, record));
  const engine = new Engine(detectors, undefined, undefined, book, true);
  const judged = actions.map((parts, offset) => judgedWith(offset, parts));
  if (judged.length > 1) engine.step(judged.slice(0, -1));
  const { actions: last, findings } = engine.step(judged.slice(-1));
  const rules = new Set(findings.map(({ rule }) => rule));
  return (last[0]?.signals ?? []).filter((one) => rules.has(one.split("/")[0] ?? ""));
}
