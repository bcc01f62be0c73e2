import type { Detector } from "../../detector/detect/detector.ts";
import { noMemory, quiet } from "../../detector/detect/detector.ts";
import { costOf, type JudgedLog } from "./judged-log.ts";

/**
 * Microseconds of judging a log once, beyond judging it without detectors, with the plain way to know new terms: for each
 * identity and field a `Set` of all texts that ever came, unbounded and never saved.
 */
export function exactTerms(log: JudgedLog): number {
  const seen = new Map<string, Set<string>>();
  const newTerms: Detector = {
    id: "exact-terms",
    version: 1,
    family: "behaviour",
    newMemory: () => noMemory,
    examine({ action }) {
      const { identityId } = action;
      note("operation", action.operation);
      note("resource", action.resourceId ?? "");
      note("network", action.network);
      note("workload", action.attribute("service.name") ?? "");
      note("credential type", action.credentialType);
      note("hour", String(new Date(action.startedAtUs / 1000).getUTCHours()));
      return quiet;

      function note(field: string, text: string): void {
        const key = `${identityId}\0${field}`;
        let terms = seen.get(key);
        if (terms === undefined) seen.set(key, (terms = new Set()));
        terms.add(text);
      }
    },
    learn: () => undefined,
  };
  const [withUs, withoutUs] = costOf(log.judge([newTerms]), log.judge([]));
  return Math.max(0, withUs - withoutUs);
}
