/** A source file as the rules see it: where it is, relative to the repository, and what is in it. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One thing a file takes from elsewhere. */
export interface Import {
  /** Path within the repository for one of ours, otherwise the name as written. */
  readonly target: string;
  readonly ours: boolean;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
}

const statement = /^\s*(?:import|export)(?<type>\s+type)?\b[^;"'`]*?\bfrom\s*["'](?<name>[^"']+)["']/gmu;
const bare = /^\s*import\s*["'](?<name>[^"']+)["']/gmu;
const dynamic = /(?<type>\btypeof\s+)?\bimport\(\s*["'](?<name>[^"']+)["']\s*\)/gu;

/** Everything `file` imports or re-exports, in no particular order. */
export function importsOf({ path, text }: SourceFile): readonly Import[] {
  const code = codeOf(text);
  return [statement, bare, dynamic].flatMap((pattern) =>
    Array.from(code.matchAll(pattern), ({ groups }) => {
      const name = groups?.["name"] ?? "";
      const ours = name.startsWith(".");
      return { target: ours ? resolve(path, name) : name, ours, typeOnly: groups?.["type"] !== undefined };
    }),
  );
}

/** The text without its comments; examples in them are no code. */
export function codeOf(text: string): string {
  return text.replaceAll(/(?<=^|\s)\/\*[\s\S]*?\*\//gu, "").replaceAll(/(?<=^|\s)\/\/.*$/gmu, "");
}

/** Name of the package behind an import: `@scope/name/part` is `@scope/name`. */
export function packageOf(target: string): string {
  return target.split("/", target.startsWith("@") ? 2 : 1).join("/");
}

function resolve(from: string, name: string): string {
  return new URL(name, `file:///${from}`).pathname.slice(1);
}
