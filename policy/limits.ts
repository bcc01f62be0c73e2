import type { Conditions } from "../schemas/index.ts";
import { durationUs } from "./duration.ts";
import { formOf, namePattern } from "./names.ts";

/** So much within any stretch of time of that length. */
export interface Quota {
  readonly max: number;
  readonly perUs: number;
}

/** What a grant says of the actions under it together. */
export interface Limits {
  readonly rate: Quota | undefined;
  readonly volume: Quota | undefined;
  readonly retries: Quota | undefined;
  /** Steps that an operation is, by their numbers from 0; undefined where any order will do. */
  readonly stepsOf: ((operation: string) => readonly number[]) | undefined;
}

/** Undefined where the conditions don't count anything. */
export function limitsOf({ rate, volume, retries, workflow }: Conditions): Limits | undefined {
  const limits: Limits = {
    rate: rate && { max: rate.max, perUs: durationUs(rate.per) },
    volume: volume && { max: volume.bytesMax, perUs: durationUs(volume.per) },
    retries: retries && { max: retries.max, perUs: durationUs(retries.per) },
    stepsOf: workflow && stepsOf(workflow.steps),
  };
  return Object.values(limits).every((one) => one === undefined) ? undefined : limits;
}

function stepsOf(steps: readonly string[]): (operation: string) => readonly number[] {
  const compiled = steps.map(namePattern);
  return (operation) => {
    const form = formOf(operation);
    return compiled.flatMap((step, nth) => (step.takes(operation, form) ? [nth] : []));
  };
}
