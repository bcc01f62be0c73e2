import type { Telling } from "../support/story/kit.ts";
import { ag1 } from "./ag1-change-window.ts";
import { ag2 } from "./ag2-ticket.ts";
import { ag3 } from "./ag3-build-secrets.ts";
import { ag4 } from "./ag4-volume.ts";
import { ag5 } from "./ag5-credential.ts";
import { au1 } from "./au1-production.ts";
import { au2 } from "./au2-retries.ts";
import { au3 } from "./au3-subset.ts";
import { au5 } from "./au5-incident.ts";
import { ia1 } from "./ia1-mcp.ts";
import { ia2 } from "./ia2-ci.ts";
import { ia3 } from "./ia3-migration.ts";
import { ia5 } from "./ia5-strength.ts";
import { ra1 } from "./ra1-tickets.ts";
import { ra2 } from "./ra2-revoked.ts";
import { ra3 } from "./ra3-api-key.ts";
import { ra4 } from "./ra4-frameworks.ts";
import { ra5 } from "./ra5-creep.ts";
import { rm1 } from "./rm1-database.ts";
import { rm2 } from "./rm2-endpoint.ts";
import { rm3 } from "./rm3-lateral.ts";

/** One of the 25. */
export interface Story {
  readonly id: string;
  readonly title: string;
  /** What must be true afterwards. */
  readonly holds: string;
  readonly telling?: Telling;
  /** What it waits for. A story that lacks something doesn't count, and is told only where all are asked for. */
  readonly lacks?: string;
}

/** The mission as 25 stories; ids and order never change. A story passes end to end or not at all. */
export const stories: readonly Story[] = [
  {
    id: "RA1",
    title: "An agent is approved to open tickets in a support system and opens three.",
    holds:
      "One query returns, for each ticket: approver, policy id and version, grant, session window, the tool call. A fourth call outside the session window shows up as unapproved.",
    telling: ra1,
  },
  {
    id: "RA2",
    title: "A CI service account deploys; the job then behaves out of bounds and its credential is revoked.",
    holds:
      "The deployment record holds pipeline run, credential and its issuer, deployment actions and the revocation, in one chain, with the lag between violation and revocation.",
    telling: ra2,
  },
  {
    id: "RA3",
    title: "A high-risk API key is used by an automation script; access turns suspicious.",
    holds:
      "Source workload, command scope and approval context are on each action; a rollback list gives the mutating actions since the last good point, newest first.",
    telling: ra3,
  },
  {
    id: "RA4",
    title: "A security team maps events to detect, respond, recover.",
    holds:
      "Every finding and response carries CSF 2.0, OWASP ASI, OWASP NHI and ATLAS ids; a view counts them per function and window.",
    telling: ra4,
  },
  {
    id: "RA5",
    title: "A workflow runs on short-lived delegated credentials.",
    holds:
      "Each action is marked inside or outside the approved task boundary; the first crossing is a privilege-creep finding that names the step.",
    telling: ra5,
  },
  {
    id: "RM1",
    title: "An agent asks for database access outside its approved task window.",
    holds: "The guard blocks before the query runs; the attempt is a finding; the database saw nothing.",
    telling: rm1,
  },
  {
    id: "RM2",
    title: "A service account calls an API endpoint that was never part of its workflow.",
    holds:
      "A review request is raised at the first call; the behaviour does not become normal by repetition until a person accepts it; after acceptance it is quiet.",
    telling: rm2,
  },
  {
    id: "RM3",
    title: "A secrets manager issues a token; the NHI at once tries lateral access against its role.",
    holds: "One high-confidence episode that joins issue and access, not two separate alerts.",
    telling: rm3,
  },
  {
    id: "RM4",
    title: "A third-party OAuth client starts exchanging data with an unfamiliar cloud resource.",
    holds: "First-contact finding with volume, the peer group's view, and the client's owner.",
    lacks: "peer groups, and the volume of a first contact",
  },
  {
    id: "RM5",
    title: "A production agent chains tool calls in an order never seen in testing.",
    holds: "A sequence finding that names the surprising step, compared with the policy's stated intent.",
    lacks: "sequences of calls, and a stated intent to compare them with",
  },
  {
    id: "IA1",
    title: "An agent reads a ticket, retrieves customer data and opens a change request, through MCP tools.",
    holds: "One chain from the initiating person to each call and resource, across processes.",
    telling: ia1,
  },
  {
    id: "IA2",
    title: "A CI account deploys a container, updates a secrets store and triggers a rollback.",
    holds:
      "The chain says, step by step, whether the same identity acted or a delegate did, and by what token.",
    telling: ia2,
  },
  {
    id: "IA3",
    title: "A privileged job uses just-in-time access for a database migration.",
    holds:
      "The grant, the session and the exact commands in the window (values redacted), and nothing outside it.",
    telling: ia3,
  },
  {
    id: "IA4",
    title: "After a breach with a leaked token used from a new network, a responder looks back.",
    holds:
      "First bad action, everything the token touched, and every downstream effect, in one query each; the evidence verifies offline.",
    lacks: "evidence that verifies offline",
  },
  {
    id: "IA5",
    title: "A platform team checks that tool calls respect policy boundaries.",
    holds:
      "A report of actions by attribution strength (verified, claimed, inferred) and by policy outcome; a forged identity claim is a finding.",
    telling: ia5,
  },
  {
    id: "AG1",
    title: "A deployment agent holds a short-lived token; the change window closes, or it drifts from scope.",
    holds:
      "Standing turns to revoked, the revocation hook fires, the next action is blocked; times of each are on the chain.",
    telling: ag1,
  },
  {
    id: "AG2",
    title: "An agent may read customer data only while a ticket is open. The ticket closes mid-run.",
    holds: "The next read is denied within a second of the task's change.",
    telling: ag2,
  },
  {
    id: "AG3",
    title: "A CI account may fetch secrets during a build, from the build network.",
    holds: "Fetching while idle, or from another network, is denied where guarded and found where not.",
    telling: ag3,
  },
  {
    id: "AG4",
    title: "A privileged workflow shows an unusual request volume.",
    holds:
      "It is paused; the next action waits for re-authorisation; a person's answer resumes or revokes it.",
    telling: ag4,
  },
  {
    id: "AG5",
    title:
      "A credential stays in use after its task ended, after revocation, or long past its justified age.",
    holds: "Each is a finding at the first use, with the time since it should have stopped.",
    telling: ag5,
  },
  {
    id: "AU1",
    title: "A coding assistant wants to write to production; its token allows it.",
    holds:
      "The guard asks; the call waits; approve runs it once, for exactly that action; a changed argument needs a new approval.",
    telling: au1,
  },
  {
    id: "AU2",
    title: "A CI account retries a failed step.",
    holds:
      "Retries stop at the policy's limit, the failure goes to a person, a privilege escalation attempt is blocked.",
    telling: au2,
  },
  {
    id: "AU3",
    title:
      "An orchestration agent picks tools by context; the request came from outside an approved workflow.",
    holds: "Only the permitted subset is reachable.",
    telling: au3,
  },
  {
    id: "AU4",
    title: "A secret-rotation job shifts its timing because a dependency is down.",
    holds: "Allowed, logged, and a post-run attestation is demanded; a missing attestation is a finding.",
    lacks: "attestations after a run",
  },
  {
    id: "AU5",
    title: "An incident-response agent collects evidence by itself.",
    holds: "Collection runs; destructive actions stay disabled until a separate approval exists.",
    telling: au5,
  },
];

/** Those that are told, each with its telling; with `all` those as well that lack something and are written already. */
export function toldStories(all = false): readonly (Story & { readonly telling: Telling })[] {
  return stories.flatMap((story) => {
    const { telling, lacks } = story;
    return telling !== undefined && (all || lacks === undefined) ? [{ ...story, telling }] : [];
  });
}
