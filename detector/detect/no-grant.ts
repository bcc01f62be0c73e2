import { type Detector, noMemory, quiet } from "./detector.ts";
import { actionSql } from "./sql.ts";

/**
 * Nobody ever granted this identity anything. Said once per identity, quietly: it is a gap in the books, and on a new
 * installation it is true of everybody.
 */
export const noGrant: Detector = {
  id: "no-grant",
  version: 1,
  family: "authority",
  newMemory: () => noMemory,
  examine: ({ action, authority }) => {
    if (authority.outcome !== "no_grant") return quiet;
    return [
      {
        name: "no_grant",
        severity: "low",
        cause: "no_grant",
        tell: () => ({
          title: "acts without any grant",
          why: { outcome: authority.outcome, operation: action.operation },
          sql: `SELECT authority AS outcome, operation FROM v_actions WHERE ${actionSql(action)}`,
        }),
      },
    ];
  },
  learn: () => undefined,
};
