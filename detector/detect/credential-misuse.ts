import type { Severity } from "../../schemas/index.ts";
import { fingerprintOf } from "../learn/fingerprint.ts";
import { Marks } from "../learn/marks.ts";
import type { ActionView } from "./action-view.ts";
import { type Detector, type Examined, quiet, type Signal } from "./detector.ts";
import { actionSql, sqlText } from "./sql.ts";
import { secondsBetween, secondsSinceSql, skewUs } from "./time.ts";

/** Older than this, a credential is long past an age that a reason could be given for. */
const ageMaxUs = 90 * 86_400_000_000;
/** Credentials remembered of an identity: the task that each serves, and when it took back which. */
const credentialsMax = 16;
const credentialsMaxUnderGate = 2;

type Memory = Readonly<Record<"tasks" | "revoked", Marks>>;

/** What ended a credential, and when. */
interface End {
  readonly name: "expired" | "revoked" | "task_ended" | "too_old";
  readonly atUs: number;
  readonly severity: Severity;
  readonly task: string;
}

/**
 * A credential stays in use: after it expired or was revoked, after the task that it served alone was closed, or 90 days after it
 * was issued. Said at the first use after each. A refused use is told quietly, as a client that renews too late makes many.
 * Misses: credentials that say nothing of themselves, and one whose holder names another open task.
 */
export const credentialMisuse: Detector<Memory> = {
  id: "credential-misuse",
  version: 1,
  family: "authority",
  newMemory: () => ({ tasks: new Marks(), revoked: new Marks() }),
  examine: (examined, memory) => {
    const { action } = examined;
    if (action.credentialId === "") return quiet;
    const ends = endsOf(examined, memory);
    return ends.length === 0 ? quiet : ends.map((end) => signalOf(action, end));
  },
  learn: ({ action, decided, evidence }, { tasks, revoked }) => {
    const { credentialId, taskId, resourceId } = action;
    const max = evidence.gateOpen ? credentialsMax : credentialsMaxUnderGate;
    if (action.kind === "credential_revoke" && resourceId !== undefined && action.status === "ok")
      revoked.put(fingerprintOf(resourceId), action.endedAtUs, "", max);
    if (credentialId === "") return;
    const print = fingerprintOf(credentialId);
    const known = tasks.get(print);
    // One that is used for more than its first task hangs on none.
    if (known === undefined) {
      if (taskId !== "" || decided.book.tasks.size > 0) tasks.put(print, 0, taskId, max);
    } else if (taskId !== "" && known.text !== "" && known.text !== taskId) tasks.put(print, 0, "", max);
  },
};

function endsOf(examined: Examined, { tasks, revoked }: Memory): readonly End[] {
  const { action, decided } = examined;
  const { startedAtUs, credentialExpiresAt, credentialIssuedAt } = action;
  const ends: End[] = [];
  const add = (name: End["name"], atUs: number, severity: Severity, task = ""): void => {
    ends.push({ name, atUs, severity: action.isRefused || action.status !== "ok" ? "low" : severity, task });
  };
  const expiresAtUs = (credentialExpiresAt ?? Number.POSITIVE_INFINITY) * 1e6;
  if (startedAtUs >= expiresAtUs + skewUs) add("expired", expiresAtUs, "high");
  const revokedAtUs = revokedAt(examined, revoked);
  if (revokedAtUs !== undefined && startedAtUs >= revokedAtUs) add("revoked", revokedAtUs, "critical");
  const task = taskOf(action, tasks);
  if (task !== "" && decided.book.tasks.size > 0) {
    const closed = decided.book.tasks.of(task)?.at(startedAtUs, decided.control);
    if (closed?.value.isOpen === false) add("task_ended", closed.atUs, "high", task);
  }
  const issuedAtUs = (credentialIssuedAt ?? Number.POSITIVE_INFINITY) * 1e6;
  if (startedAtUs >= issuedAtUs + ageMaxUs) add("too_old", issuedAtUs + ageMaxUs, "medium");
  return ends;
}

/** By the control log, or by the identity itself. */
function revokedAt({ action, decided }: Examined, revoked: Marks): number | undefined {
  const { credentialId, startedAtUs } = action;
  const said =
    decided.book.credentials.size === 0
      ? undefined
      : decided.book.credentials.of(credentialId)?.at(startedAtUs, decided.control);
  if (said !== undefined) return said.atUs;
  return revoked.size === 0 ? undefined : revoked.get(fingerprintOf(credentialId))?.number;
}

/** The task that a use serves: the one it names, or else the one its credential has served so far. */
function taskOf({ taskId, credentialId }: ActionView, tasks: Marks): string {
  if (taskId !== "" || tasks.size === 0) return taskId;
  return tasks.get(fingerprintOf(credentialId))?.text ?? "";
}

const titles: Readonly<Record<End["name"], string>> = {
  expired: "after it expired",
  revoked: "after it was revoked",
  task_ended: "after its task ended",
  too_old: "long past its age",
};

function signalOf(action: ActionView, { name, atUs, severity, task }: End): Signal {
  const { credentialId, operation, startedAtUs, status } = action;
  const isUsed = status === "ok" && !action.isRefused;
  const ofTask = name === "task_ended" ? `, ${sqlText(task)} AS task` : "";
  return {
    name,
    severity,
    cause: `${name}|${credentialId}|${isUsed ? "used" : "tried"}${ofTask === "" ? "" : `|${task}`}`,
    tell: () => ({
      title: `${isUsed ? "used" : "tried"} credential ${credentialId} ${titles[name]}`,
      why: {
        misuse: name,
        credential: credentialId,
        operation,
        status,
        seconds: secondsBetween(atUs, startedAtUs),
        ...(ofTask === "" ? {} : { task }),
      },
      sql: `SELECT ${sqlText(name)} AS misuse, credential_id AS credential, operation, status, ${secondsSinceSql(atUs)} AS seconds${ofTask} FROM v_actions WHERE ${actionSql(action)}`,
    }),
  };
}
