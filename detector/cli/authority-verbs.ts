import { z } from "zod";
import type { Ask } from "./api-client.ts";
import type { AuthorityVerbs } from "./authority-program.ts";
import { secondsOf } from "./seconds.ts";
import { instantText, jsonLine, plain } from "./text.ts";

const text = z.string();
const Tasks = z.object({
  tasks: z.array(
    z.looseObject({
      id: text,
      kind: text.default("?"),
      title: text.default(""),
      author: text,
      atUs: z.number(),
    }),
  ),
});
const Approvals = z.object({
  approvals: z.array(
    z.looseObject({
      id: text,
      state: text,
      identityId: text,
      operation: text,
      resources: z.array(text),
      taskId: text,
      expiresAtUs: z.number(),
      answeredBy: text,
    }),
  ),
});
const said = { author: text, atUs: z.number(), reason: text, untilUs: z.number().exactOptional() };
const StandingNow = z.looseObject({ standing: text, ...z.object(said).partial().shape });
const Standings = z.object({
  standings: z.array(z.looseObject({ subject: z.object({ kind: text, id: text }), standing: text, ...said })),
});
const Shadow = z.object({
  report: z.array(
    z.looseObject({
      identity: text,
      operation: text,
      verdict: text,
      reason: text,
      actions: z.number(),
      firstUs: z.number(),
      lastUs: z.number(),
      examples: z.array(text),
    }),
  ),
});

type Api = (options: { readonly url?: string }) => Ask;
type Out = (text: string) => void;

/** The verbs about tasks, approvals and standings, over the API. */
export function authorityVerbs(api: Api, out: Out): AuthorityVerbs {
  return { ...taskVerbs(api, out), ...approvalVerbs(api, out), ...standingVerbs(api, out) };
}

function listOn(out: Out) {
  return <One>(all: readonly One[], isJson: boolean, none: string, line: (one: One) => string): void => {
    if (isJson) out(jsonLine(all));
    else out(all.length === 0 ? `${none}\n` : all.map((one) => `${plain(line(one))}\n`).join(""));
  };
}

function taskVerbs(api: Api, out: Out): Pick<AuthorityVerbs, "tasks" | "openTask" | "closeTask"> {
  const list = listOn(out);
  const decideTasks = (given: { readonly url?: string }, body: object): Promise<unknown> =>
    api(given)("POST", "/v1/tasks", z.looseObject({}), body);
  return {
    async tasks(given) {
      const state = given.closed === true ? "closed" : "open";
      const { tasks } = await api(given)("GET", `/v1/tasks?state=${state}`, Tasks);
      list(tasks, given.json === true, `no tasks are ${state}`, ({ id, kind, title, author, atUs }) =>
        [id, kind, `${state} since ${instantText(atUs)} by ${author}`, title].join("  ").trim(),
      );
    },
    async openTask(id, given) {
      const { kind, title, link } = given;
      const rest = {
        ...(title === undefined ? {} : { title }),
        ...(link === undefined ? {} : { url: link }),
      };
      await decideTasks(given, { open: [{ id, kind, ...rest }] });
      out(`task ${plain(id)} is open\n`);
    },
    async closeTask(id, given) {
      const { reason = "" } = given;
      await decideTasks(given, { close: [{ id, reason }] });
      out(`task ${plain(id)} is closed; what hung on it has ended\n`);
    },
  };
}

function approvalVerbs(api: Api, out: Out): Pick<AuthorityVerbs, "approvals" | "answer" | "approvalLink"> {
  const list = listOn(out);
  return {
    async approvals(given) {
      const { state = "asked" } = given;
      const { approvals } = await api(given)("GET", `/v1/approvals?state=${state}`, Approvals);
      list(approvals, given.json === true, `no approvals are ${state}`, (one) => {
        const { id, identityId, operation, resources, taskId, expiresAtUs, answeredBy } = one;
        const on = resources.length === 0 ? "" : ` on ${resources.join(", ")}`;
        const task = taskId === "" ? "" : ` for ${taskId}`;
        const by = answeredBy === "" ? "" : ` by ${answeredBy}`;
        return `${id}  ${one.state}${by}  ${identityId}: ${operation}${on}${task}  until ${instantText(expiresAtUs)}`;
      });
    },
    async answer(id, answer, given) {
      const { comment = "" } = given;
      await api(given)("POST", `/v1/approvals/${encodeURIComponent(id)}/answer`, z.looseObject({}), {
        answer,
        comment,
      });
      out(answer === "approved" ? `approved; exactly this action may run, once\n` : `denied\n`);
    },
    async approvalLink(id, given) {
      const path = `/v1/approvals/${encodeURIComponent(id)}/links`;
      const { url } = await api(given)("POST", path, z.object({ url: text }), { who: given.for });
      out(`${plain(url)}\n`);
    },
  };
}

function standingVerbs(api: Api, out: Out): Pick<AuthorityVerbs, "standing" | "standings" | "shadowReport"> {
  const list = listOn(out);
  return {
    async standing(id, given) {
      const kind = given.chain === true ? "chain" : "identity";
      if (given.set !== undefined) {
        if (given.reason === undefined) throw new Error("--set needs --reason: it stands on what is refused");
        const forSeconds = given.for === undefined ? {} : { forSeconds: secondsOf(given.for) };
        const body = { subject: { kind, id }, standing: given.set, reason: given.reason, ...forSeconds };
        await api(given)("POST", "/v1/standing", z.looseObject({}), body);
      } else if (given.reason !== undefined || given.for !== undefined) {
        throw new Error("--reason and --for need --set, which says what the standing is to be");
      }
      const path = `/v1/standing?${kind}=${encodeURIComponent(id)}`;
      const now = await api(given)("GET", path, StandingNow);
      if (given.json === true) out(jsonLine(now));
      else out(`${plain(`${id} is ${now.standing}${saidText(now)}`)}\n`);
    },
    async standings(given) {
      const { standings } = await api(given)("GET", "/v1/standing", Standings);
      list(standings, given.json === true, "all are active", ({ subject, standing, ...rest }) => {
        return `${subject.kind === "chain" ? "chain " : ""}${subject.id} is ${standing}${saidText(rest)}`;
      });
    },
    async shadowReport(given) {
      const { report } = await api(given)("GET", "/v1/shadow-report", Shadow);
      list(report, given.json === true, "guards in shadow mode would have held nothing back", (one) => {
        const { identity, operation, verdict, reason, actions, firstUs, lastUs, examples } = one;
        const word = verdict === "ask" ? "asked about" : "denied";
        return `${identity}  ${operation}: ${String(actions)} would have been ${word} (${reason}), ${instantText(firstUs)} to ${instantText(lastUs)}, for example ${examples[0] ?? ""}`;
      });
    },
  };
}

interface Said {
  readonly author?: string | undefined;
  readonly atUs?: number | undefined;
  readonly reason?: string | undefined;
  readonly untilUs?: number | undefined;
}

function saidText({ author, atUs, reason, untilUs }: Said): string {
  if (author === undefined || atUs === undefined) return "";
  const until = untilUs === undefined ? "" : ` until ${instantText(untilUs)}`;
  return `${until}: ${reason ?? ""} (${author}, ${instantText(atUs)})`;
}
