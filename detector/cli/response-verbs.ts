import type { Command } from "commander";
import type { ApiClient, ShownResponse } from "./api-client.ts";
import { instantText, jsonLine, plain } from "./text.ts";

interface Service {
  readonly url?: string;
}

interface ListOptions extends Service {
  readonly identity?: string;
  readonly limit?: string;
  readonly json?: true;
}

/** What playbooks did, and taking it back. */
export interface ResponseVerbs {
  responses(options: ListOptions): Promise<void>;
  undo(id: string, options: Service): Promise<void>;
}

export function addResponses(
  program: Command,
  verbs: () => Promise<ResponseVerbs>,
  service: (command: Command) => Command,
): void {
  service(program.command("responses").description("list what playbooks did about findings, newest first"))
    .option("--identity <id>", "about this identity alone")
    .option("--limit <n>", "at most this many, up to 1000 (default: 100)")
    .option("--json", "as JSON")
    .action(async (given: ListOptions) => (await verbs()).responses(given));
  service(
    program
      .command("undo")
      .description("take a response back: whom it paused or revoked is active again, from now on"),
  )
    .argument("<response>", "its id, or the first six digits or more")
    .action(async (id: string, given: Service) => (await verbs()).undo(id, given));
}

export function responseVerbs(
  api: (given: Service) => ApiClient,
  out: (text: string) => void,
): ResponseVerbs {
  return {
    responses: async (given) => {
      const { identity, limit } = given;
      const found = await api(given).responses({
        ...(identity === undefined ? {} : { identity }),
        ...(limit === undefined ? {} : { limit }),
      });
      if (given.json === true) out(jsonLine(found));
      else out(found.length === 0 ? "no responses\n" : found.map((one) => `${responseLine(one)}\n`).join(""));
    },
    undo: async (id, given) => {
      if (!/^[0-9a-f]{6,32}$/u.test(id)) throw new Error(`${id} is no id of a response (6 to 32 hex digits)`);
      const client = api(given);
      const [response, other] = await client.responses({ id, limit: "2" });
      if (response === undefined) throw new Error(`no response has an id that begins with ${id}`);
      if (other !== undefined)
        throw new Error(`several responses have an id that begins with ${id}; give more digits`);
      if (response.isDryRun) throw new Error(`response ${id} was a dry run; there is nothing to take back`);
      const { subject } = response;
      await client.setStanding(subject, "active", `undo of response ${response.id}`);
      out(`${subject.kind} ${plain(subject.id)} is active again\n`);
      if (response.kind === "revoke" && response.credentialId !== "")
        out(
          `what was revoked stays revoked: credential ${plain(response.credentialId)} has to be issued anew\n`,
        );
    },
  };
}

function responseLine(response: ShownResponse): string {
  const { id, atUs, kind, subject, standing, isDryRun, heldBack, playbookId, reason, lagMs } = response;
  const did = isDryRun
    ? "dry run"
    : `${heldBack === undefined ? "" : `held back (${heldBack}), `}${standing} after ${String(lagMs)} ms`;
  return `${id.slice(0, 12)}  ${instantText(atUs)}  ${kind} ${subject.kind} ${plain(subject.id)}  [${did}]  ${plain(reason)}  (playbook ${plain(playbookId)})`;
}
