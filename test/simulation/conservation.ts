import { expectEqual } from "./expect-equal.ts";
import type { Outcome } from "./run.ts";
import type { Scenario } from "./scenario.ts";

/**
 * Nothing is lost and nothing double: every span that the log took is in one of the sums that the checkpoints tell, and
 * the tables hold just what the sums say. A detector sheds nothing, so that sum is not among them.
 */
export function expectNothingLost({ logs }: Scenario, { contents, ledgers }: Outcome): void {
  logs.forEach(({ records, spans }, partition) => {
    const sums = ledgers[partition]?.sums();
    const content = contents[partition];
    if (sums === undefined || content === undefined) throw new Error("a partition is missing");
    const { actions, deadLettered, duplicates, noAction, findings } = sums;
    const told = {
      accepted: actions + deadLettered + duplicates + noAction,
      spans: sums.spans,
      records: sums.records,
      actions,
      actionRowsInserted: actions,
      deadLetters: deadLettered,
      findings,
    };
    expectEqual(told, {
      accepted: spans,
      spans,
      records: records.length,
      actions: content.actions.length,
      actionRowsInserted: content.rowsInserted,
      deadLetters: content.deadLetters.length,
      findings: content.findings.length,
    });
  });
}
