import childProcess from "node:child_process";
import { errorMonitor, EventEmitter } from "node:events";
import { syncBuiltinESMExports } from "node:module";
import { begin, type Failure, type Recording } from "../action/begin.ts";
import type { RecordedAction } from "../action/span-model.ts";
import { type Call, guarded, guardNow } from "../guard/gate.ts";
import { environment } from "../environment.ts";
import { carriedHeaders } from "../scope/carry.ts";
import { quietly } from "../quietly.ts";
import { members } from "./foreign.ts";
import { programIn, programOf } from "./program.ts";
import { all, type Method, swap } from "./swap.ts";
import type { Undo, Wrapper } from "./wrapper.ts";

/**
 * Programs that are run: which, never with what arguments, until they end. They are told by whom and for what, in
 * `TRACEPARENT` and `BAGGAGE`, where they get our environment; one that was made up for them stays as it is.
 */
export const childProcessWrapper: Wrapper = { id: "child-process", packages: [], listen };

/** All that starts a program without waiting for it comes down to one method; what waits, to these functions. */
const waiting: readonly Waiting[] = [
  { name: "spawnSync", program: programAsked, optionsAt: afterArguments },
  { name: "execFileSync", program: programAsked, optionsAt: afterArguments },
  {
    name: "execSync",
    program: ([command]) => (isNamed(command) ? programIn(command) : undefined),
    optionsAt: () => 1,
  },
];

interface Waiting {
  readonly name: string;
  readonly program: (args: readonly unknown[]) => string | undefined;
  readonly optionsAt: (args: readonly unknown[]) => number;
}

type Members = ReturnType<typeof members>;

function listen(): Undo {
  const undo = all([
    swap(childProcess.ChildProcess.prototype, "spawn", onSpawn),
    ...waiting.map((one) =>
      swap(childProcess, one.name, (original, self, args) => onWait(original, self, args, one)),
    ),
  ]);
  syncBuiltinESMExports();
  return () => {
    undo?.();
    syncBuiltinESMExports();
  };
}

/** Asked for is what Node makes of all forms of arguments: its own copies, never the host's objects. */
function onSpawn(original: Method, self: unknown, args: unknown[]): unknown {
  const asked = members(args[0]);
  const recording = beginOf(
    quietly(() => programStarted(asked)),
    () => startedBy(asked),
  );
  if (recording === undefined) return Reflect.apply(original, self, args);
  const told = quietly(() => pairsToldTo(asked["envPairs"], recording));
  if (told !== undefined) Reflect.set(Object(args[0]), "envPairs", told);
  let result: unknown;
  try {
    result = Reflect.apply(original, self, args);
  } catch (error) {
    recording.end(failureOf(error));
    throw error;
  }
  if (asked["detached"] === true || !(self instanceof EventEmitter)) recording.end();
  else endWith(self, recording);
  return result;
}

/**
 * What isn't even named is refused by Node, and no action.
 *
 * @throws {ActionDenied} the guard says no; nothing is started.
 */
function beginOf(program: string | undefined, args: NonNullable<Call["args"]>): Recording | undefined {
  if (program === undefined) return undefined;
  const action: RecordedAction = {
    kind: "exec",
    name: program,
    resource: { id: program, kind: "program" },
    mutating: true,
  };
  const guard = guardNow();
  return guard === undefined ? begin(action) : guarded(guard, action, { args }, begin);
}

/** What is started exactly; of its environment what differs from ours. */
function startedBy({ file, args, cwd, shell, envPairs }: Members): Readonly<Record<string, unknown>> {
  const own = environment();
  const env = listOf(envPairs).filter((pair) => {
    const [name, value] = splitPair(String(pair));
    return own[name] !== value;
  });
  return { file, args, cwd, shell, env };
}

function programStarted({ file, args }: Members): string | undefined {
  return isNamed(file) ? programOf(file, listOf(args)) : undefined;
}

function listOf(args: unknown): readonly unknown[] {
  return Array.isArray(args) ? args : [];
}

/** By what it says of its end. One that is to outlive us has no end that we would see. */
function endWith(child: EventEmitter, recording: Recording): void {
  let isOver = false;
  const end = (failure?: Failure): void => {
    if (!isOver) recording.end(failure);
    isOver = true;
  };
  child.on(errorMonitor, (error: unknown) => end(failureOf(error)));
  child.once("exit", (code: unknown, signal: unknown) => end(failureIn(code, signal)));
}

function onWait(original: Method, self: unknown, args: unknown[], { program, optionsAt }: Waiting): unknown {
  const recording = beginOf(
    quietly(() => program(args)),
    () => ({ asked: args }),
  );
  if (recording === undefined) return Reflect.apply(original, self, args);
  const told = quietly(() => withTold(args, optionsAt(args), recording)) ?? args;
  let result: unknown;
  try {
    result = Reflect.apply(original, self, told);
  } catch (error) {
    recording.end(failureOf(error));
    throw error;
  }
  recording.end(quietly(() => failureOfResult(result)));
  return result;
}

/** `spawnSync(file, args?, options?)`, and so `execFileSync`. */
function afterArguments([, args]: readonly unknown[]): number {
  return Array.isArray(args) || args === undefined || args === null ? 2 : 1;
}

/** True, or the shell's path. */
function isShell(shell: unknown): boolean {
  return shell === true || (typeof shell === "string" && shell !== "");
}

function isNamed(file: unknown): file is string {
  return typeof file === "string" && file !== "";
}

function programAsked(given: readonly unknown[]): string | undefined {
  const { shell } = members(given[afterArguments(given)]);
  const [file, args] = given;
  if (!isNamed(file)) return undefined;
  return isShell(shell) ? programIn(file) : programOf(file, listOf(args));
}

/** The same arguments with a copy of the options; undefined where these aren't what Node takes, or nothing is told. */
function withTold(args: unknown[], at: number, recording: Recording): unknown[] | undefined {
  const options = args[at] ?? {};
  const own = members(options)["env"] ?? environment();
  if (typeof options !== "object" || typeof own !== "object") return undefined;
  const env: Record<string, unknown> = {};
  // As Node reads it: what is inherited counts too.
  for (const name in own) env[name] = Reflect.get(own, name);
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  const told = toldTo(new Map(given.map(([name, value]) => [name, String(value)])), recording);
  if (told === undefined) return undefined;
  const changed = Array.from({ length: Math.max(args.length, at + 1) }, (_, nth) => args[nth]);
  return changed.with(at, { ...options, env: { ...env, ...told } });
}

/** Node's own list of `NAME=value`, made for this one start. */
function pairsToldTo(pairs: unknown, recording: Recording): readonly string[] | undefined {
  if (!Array.isArray(pairs)) return undefined;
  const given = pairs.map(String);
  const told = toldTo(new Map(given.map(splitPair)), recording);
  if (told === undefined) return undefined;
  const kept = given.filter((pair) => told[splitPair(pair)[0]] === undefined);
  return [...kept, ...Object.entries(told).map(([name, value]) => `${name}=${value}`)];
}

function splitPair(pair: string): [name: string, value: string] {
  const at = pair.indexOf("=", 1);
  return at === -1 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** What is said to a program that gets this environment. */
function toldTo(
  given: ReadonlyMap<string, string>,
  recording: Recording,
): Record<string, string> | undefined {
  const own = environment();
  const names = Object.keys(own);
  // Who made up an environment, or a part of these, meant it so; who copied ours did not mean our parent's.
  const isCopy = names.filter((name) => given.has(name)).length * 2 >= names.length;
  if (!isCopy) return undefined;
  const isOthers = ["TRACEPARENT", "BAGGAGE"].some(
    (name) => given.has(name) && given.get(name) !== own[name],
  );
  if (isOthers) return undefined;
  const headers = recording.run(carriedHeaders);
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]));
}

function failureIn(code: unknown, signal: unknown): Failure | undefined {
  if (typeof signal === "string") return { type: signal };
  return typeof code === "number" && code !== 0 ? { type: String(code) } : undefined;
}

/** The system's word for what went wrong tells more than `Error`. */
function failureOf(error: unknown): Failure {
  const { code, status, signal } = members(error);
  const word = typeof code === "string" && /^E[A-Z\d]{2,20}$/u.test(code) ? { type: code } : { error };
  return failureIn(status, signal) ?? word;
}

function failureOfResult(result: unknown): Failure | undefined {
  const { error, status, signal } = members(result);
  return error === undefined ? failureIn(status, signal) : failureOf(error);
}
