import { type Detector, quiet } from "./detector.ts";

/**
 * The detectors, of which those with these ids say nothing. They go on learning, so that nothing is news when they are switched
 * on again.
 */
export function switchedOff(detectors: readonly Detector[], off: readonly string[]): readonly Detector[] {
  return detectors.map((detector) =>
    off.includes(detector.id) ? { ...detector, examine: () => quiet } : detector,
  );
}
