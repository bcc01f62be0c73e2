/** A real agent of a story: a process of its own with our SDK in it, which does what it is told. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { RecordedAction, RunAs } from "../../../instrumentation/index.ts";
import { repositoryRoot } from "../repository.ts";

/** One thing to do. */
export interface Errand {
  readonly nth: number;
  /** By whom, for what, in which session. */
  readonly as: RunAs;
  readonly action?: RecordedAction;
  /** Arguments, where it is a call of a tool. */
  readonly args?: Readonly<Record<string, unknown>>;
  /** What the tool calls; it notes who came. */
  readonly target?: string;
  readonly fails?: boolean;
  /** A statement that it hands to the PostgreSQL of its environment; the guard sees it by the library alone. */
  readonly sql?: string;
  /** The guard is asked alone, and nothing is done. */
  readonly isQuestion?: boolean;
}

/** How it went: `ran` says whether the tool itself was reached, `reason` why not; of a question, what the guard says. */
interface Went {
  readonly ran: boolean;
  readonly error?: string;
  readonly message?: string;
  readonly reason?: string;
}

export interface Agent {
  readonly id: string;
  act(
    action: RecordedAction,
    as?: RunAs,
    more?: Pick<Errand, "args" | "target" | "fails" | "isQuestion">,
  ): Promise<Went>;
  /** Sends a statement to its database. */
  query(sql: string, as?: RunAs): Promise<Went>;
  /** Ends it in order: what it has to say has left. */
  stop(): Promise<void>;
}

interface AgentOptions {
  readonly id: string;
  readonly kind: string;
  readonly owner?: string;
  readonly env: Readonly<Record<string, string>>;
}

const program = join(repositoryRoot, "dist/test/support/agents/story-agent.js");

export function startAgent({ id, kind, owner, env }: AgentOptions): Agent {
  const { PATH = "", HOME = "" } = process.env;
  const command = [process.execPath, program];
  const bound = existsSync("/usr/bin/setpriv") ? ["setpriv", "--pdeathsig", "KILL", ...command] : command;
  const [file = "", ...args] = bound;
  const child: ChildProcess = spawn(file, args, {
    cwd: repositoryRoot,
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      PATH,
      HOME,
      ANSWERABLE_IDENTITY: id,
      ANSWERABLE_IDENTITY_KIND: kind,
      ...(owner === undefined ? {} : { ANSWERABLE_IDENTITY_OWNER: owner }),
      ...env,
    },
  });
  const ended = once(child, "exit");
  const waiting = new Map<number, (went: Went) => void>();
  createInterface({ input: child.stdout! }).on("line", (line) => {
    const { nth, ...went } = JSON.parse(line) as Went & { readonly nth: number };
    waiting.get(nth)?.(went);
    waiting.delete(nth);
  });
  let said = 0;
  const send = (what: Omit<Errand, "nth">): Promise<Went> => {
    const errand: Errand = { nth: (said += 1), ...what };
    child.stdin?.write(`${JSON.stringify(errand)}\n`);
    return new Promise((resolve, reject) => {
      waiting.set(errand.nth, resolve);
      void ended.then(() => reject(new Error(`${id} has ended`)));
    });
  };
  return {
    id,
    act: (action, as = {}, more = {}) => send({ as, action, ...more }),
    query: (sql, as = {}) => send({ as, sql }),
    async stop() {
      child.stdin?.end();
      await ended;
    },
  };
}
