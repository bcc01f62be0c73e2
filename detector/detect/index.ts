import type { Detector } from "./detector.ts";
import { firstUse } from "./first-use.ts";
import { forgedIdentity } from "./forged-identity.ts";
import { noGrant } from "./no-grant.ts";
import { outsideGrant } from "./outside-grant.ts";

/** Every detector, in the order they are asked. A new one is its file, its cases, and a line here. */
export const detectors: readonly Detector[] = [outsideGrant, noGrant, firstUse, forgedIdentity];
