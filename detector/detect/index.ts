import { approvalDrift } from "./approval-drift.ts";
import { credentialMisuse } from "./credential-misuse.ts";
import { delegation } from "./delegation.ts";
import type { Detector } from "./detector.ts";
import { errorBurst } from "./error-burst.ts";
import { firstUse } from "./first-use.ts";
import { forgedIdentity } from "./forged-identity.ts";
import { identityLifecycle } from "./identity-lifecycle.ts";
import { issueThenLateral } from "./issue-then-lateral.ts";
import { noGrant } from "./no-grant.ts";
import { outOfCharacter } from "./out-of-character.ts";
import { outsideGrant } from "./outside-grant.ts";
import { patterns } from "./patterns.ts";
import { privilegeCreep } from "./privilege-creep.ts";
import { repeatedErrors } from "./repeated-errors.ts";
import { risk } from "./risk.ts";
import { secondPlace } from "./second-place.ts";
import { sensitiveOperation } from "./sensitive-operation.ts";
import { sequence } from "./sequence.ts";
import { standingViolated } from "./standing-violated.ts";
import { volume } from "./volume.ts";
import { unlikePeers } from "./unlike-peers.ts";

/**
 * Every detector, in the order they are asked. A new one is its file, its cases, and a line here. What joins several actions comes
 * before what is said of each: of an episode the gravest word goes out first, and those after it raise no alert of their own. What looks at what
 * others noticed comes after them: patterns, and of all that is said, risk.
 */
export const detectors: readonly Detector[] = [
  repeatedErrors,
  issueThenLateral,
  privilegeCreep,
  secondPlace,
  outsideGrant,
  noGrant,
  outOfCharacter,
  firstUse,
  sensitiveOperation,
  unlikePeers,
  forgedIdentity,
  approvalDrift,
  standingViolated,
  credentialMisuse,
  identityLifecycle,
  delegation,
  volume,
  sequence,
  errorBurst,
  patterns,
  risk,
];
