import { looksGenerated } from "../redact/entropy.ts";
import { scan } from "../redact/scan.ts";

/** Longer commands are cut before they are looked at. Characters. */
const commandCharsMax = 4_096;
const shells = /^(?:sh|bash|dash|ash|zsh|ksh|cmd|cmd\.exe)$/iu;
const isWindows = /^cmd(?:\.exe)?$/iu;
const plain = /^[\w.+@-]{1,64}$/u;
/** Digits in the middle look generated all the same: `md5sum`, `e2fsck`. */
const usual = /^[a-z]{1,5}\d{1,3}[a-z]{1,5}$/u;

/**
 * Name of the program that a command line runs: of a shell's command the first word that is no assignment. Never a path
 * and never an argument; where the first word isn't plainly a name, it is the shell itself.
 */
export function programOf(file: string, args: readonly unknown[] = []): string {
  const name = nameIn(file);
  if (name === undefined || !shells.test(name)) return name ?? "program";
  const at = args.findIndex((arg) => typeof arg === "string" && /^(?:-\w*c|\/c)$/iu.test(arg));
  const command = args[at + 1];
  if (at === -1 || typeof command !== "string") return name;
  // Node puts quotes around all of a command for Windows.
  return firstWord(isWindows.test(name) ? command.replace(/^"/u, "") : command) ?? name;
}

/** The same of a command for the shell. */
export function programIn(command: string): string {
  return firstWord(command) ?? "sh";
}

const assignments = /^\s*(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|\S*)\s+)*/u;
const word = /^(?:"([^"]*)"|'([^']*)'|([^\s;|&<>]+))/u;

function firstWord(command: string): string | undefined {
  const [, double, single, bare] =
    word.exec(command.slice(0, commandCharsMax).replace(assignments, "")) ?? [];
  return nameIn(double ?? single ?? bare ?? "");
}

/** The last part of a path, if it is a name: not of a secret with slashes, nor of a command that is none. */
function nameIn(path: string): string | undefined {
  const name = baseName(path);
  const isName = plain.test(name) && (usual.test(name) || !looksGenerated(name));
  return isName && scan(path.slice(0, commandCharsMax)).length === 0 ? name : undefined;
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
