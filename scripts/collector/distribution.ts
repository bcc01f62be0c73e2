import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { isScalar, parseDocument, visit } from "yaml";

/** The OpenTelemetry Collector that everything here is built of. */
export const collectorVersion = "0.158.0";

/** A Collector that can be built: its manifest, and the Go sources of ours that go into it. */
export interface Distribution {
  /** What the program is called, as the manifest says too. */
  readonly name: string;
  /** Path of the manifest of the OpenTelemetry Collector Builder. */
  readonly manifest: string;
  /** Folder of a Go module of ours that is compiled in; its go.mod says which Go is needed. */
  readonly module?: string;
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** The distribution that holds our processor. */
export const answerableCollector: Distribution = {
  name: "answerable-collector",
  manifest: join(root, "collector", "builder.yaml"),
  module: join(root, "collector"),
};

/** What the program is made of, as a few characters: the same for the same manifest, sources and Go. */
export function digestOf({ manifest, module }: Distribution, goVersion: string): string {
  const hash = createHash("sha256")
    .update(`${collectorVersion} ${goVersion}\n`)
    .update(readFileSync(manifest));
  for (const name of module === undefined ? [] : sourcesOf(module))
    hash.update(`\n${name}\n`).update(readFileSync(join(module ?? "", name)));
  return hash.digest("hex").slice(0, 12);
}

/** What `digestOf` says as long as the modules that are fetched stay the same, whatever our own sources say. */
export function modulesDigestOf({ manifest, module }: Distribution): string {
  const hash = createHash("sha256").update(collectorVersion).update(readFileSync(manifest));
  if (module !== undefined) hash.update(readFileSync(join(module, "go.mod")));
  return hash.digest("hex").slice(0, 12);
}

/** The manifest with the folder to build in, and its paths as seen from there. */
export function manifestFor(folder: string, { manifest }: Distribution): string {
  const document = parseDocument(readFileSync(manifest, "utf8"));
  document.setIn(["dist", "output_path"], folder);
  // Absolute, as a cache behind a symbolic link has other relative paths than it seems.
  document.setIn(["dist", "use_absolute_replace_paths"], true);
  visit(document, {
    Pair: (_, { key, value }) => {
      if (isScalar(key) && key.value === "path" && isScalar(value) && typeof value.value === "string")
        value.value = resolve(dirname(manifest), value.value);
    },
  });
  return document.toString();
}

/** All that a build reads of a module: no tests, no documentation, no configurations. */
function sourcesOf(module: string): readonly string[] {
  return readdirSync(module, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(module, join(entry.parentPath, entry.name)))
    .filter((name) => !/_test\.go$|\.md$|(?:^|\/)testdata\/|^config\//u.test(name))
    .toSorted();
}
