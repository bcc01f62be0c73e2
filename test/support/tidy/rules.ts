import { codeOf, importsOf, packageOf, type SourceFile } from "./source.ts";

/** What files under `folder` may import. The first layer whose folder fits decides. */
export interface Layer {
  readonly folder: string;
  /** Folders of ours, beside the file's own. */
  readonly ours: readonly string[];
  /** Packages and Node modules; "any" where the rule of one library in one file is enough. */
  readonly outside: readonly string[] | "any";
}

/** Imports against the direction of the layers. */
export function wrongLayer(files: readonly SourceFile[], layers: readonly Layer[]): readonly string[] {
  return files.flatMap((file) => {
    const layer = layers.find(({ folder }) => file.path.startsWith(folder));
    if (layer === undefined) return [`${file.path} is in no layer`];
    const allowed = [layer.folder, ...layer.ours];
    return importsOf(file)
      .filter(({ target, ours }) =>
        ours
          ? !allowed.some((folder) => target.startsWith(folder))
          : layer.outside !== "any" && !layer.outside.includes(packageOf(target)),
      )
      .map(({ target }) => `${file.path} imports ${target}`);
  });
}

export interface LibraryRule {
  readonly folder: string;
  /** Where a package may be imported by any number of files. */
  readonly freeWithin: Readonly<Record<string, readonly string[]>>;
}

/**
 * Packages that more than one file under `folder` imports. A file that takes only types may do so beside the one that
 * takes the code, in the same folder: a large adapter can be split, and the library still stays behind one folder.
 */
export function sharedLibraries(files: readonly SourceFile[], rule: LibraryRule): readonly string[] {
  const users = new Map<string, Map<string, boolean>>();
  for (const file of files.filter(({ path }) => path.startsWith(rule.folder))) {
    for (const { target, ours, typeOnly } of importsOf(file)) {
      const name = packageOf(target);
      const free = rule.freeWithin[name];
      if (ours || name.startsWith("node:") || free?.some((folder) => file.path.startsWith(folder)) === true)
        continue;
      const paths = users.get(name) ?? new Map<string, boolean>();
      users.set(name, paths.set(file.path, (paths.get(file.path) ?? true) && typeOnly));
    }
  }
  return [...users].flatMap(([name, paths]) => {
    const all = [...paths.keys()];
    const owners = all.filter((path) => paths.get(path) === false);
    const folders = new Set(all.map((path) => path.slice(0, path.lastIndexOf("/"))));
    if (rule.freeWithin[name] !== undefined)
      return [`${name} is imported outside its folders by ${all.join(", ")}`];
    return owners.length > 1 || folders.size > 1 ? [`${name} is imported by ${all.join(", ")}`] : [];
  });
}

/** Something that may be written in few places only. */
export interface Ban {
  readonly what: RegExp;
  /** Folders the ban holds in. */
  readonly within: readonly string[];
  readonly exceptIn: readonly string[];
  /** Whether comments count too. */
  readonly inComments: boolean;
}

/** Banned text where it must not be. */
export function banned(files: readonly SourceFile[], bans: readonly Ban[]): readonly string[] {
  return files.flatMap(({ path, text }) =>
    bans
      .filter(
        ({ within, exceptIn }) =>
          within.some((folder) => path.startsWith(folder)) && !exceptIn.includes(path),
      )
      .map(({ what, inComments }) => what.exec(inComments ? text : codeOf(text))?.[0])
      .filter((found) => found !== undefined)
      .map((found) => `${path} says ${found}`),
  );
}

/** Files that are longer than can be read in one go. */
export function tooLong(files: readonly SourceFile[], linesMax: number): readonly string[] {
  return files
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > linesMax)
    .map(({ path, lines }) => `${path} has ${lines} lines`);
}

const exported = /^export (?:async )?(?:const|function|class) (?<name>\w+)/gmu;

/** Exported values under `folders` that no file mentions. The gate runs knip, which knows more; this one is quick. */
export function unusedExports(files: readonly SourceFile[], folders: readonly string[]): readonly string[] {
  const mentions = new Map<string, number>();
  for (const { text } of files) {
    for (const [word] of codeOf(text).matchAll(/\w+/gu)) mentions.set(word, (mentions.get(word) ?? 0) + 1);
  }
  return files
    .filter(({ path }) => folders.some((folder) => path.startsWith(folder)))
    .flatMap(({ path, text }) => {
      const names = Array.from(codeOf(text).matchAll(exported), ({ groups }) => groups?.["name"] ?? "");
      const declared = (name: string): number => names.filter((other) => other === name).length;
      return [...new Set(names)]
        .filter((name) => (mentions.get(name) ?? 0) <= declared(name))
        .map((name) => `${path} exports ${name}, which nobody uses`);
    });
}
