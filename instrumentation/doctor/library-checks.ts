import type { Facts, Library } from "./facts.ts";
import type { Check } from "./report.ts";

const none: Check = {
  id: "libraries",
  state: "note",
  says: "the app has none of the libraries that are seen without a change in it",
  advice: "Wrap what acts with `tool(name, fn)` or `record` of answerable/instrumentation.",
};

export function libraryChecks({ libraries, isOn }: Facts): readonly Check[] {
  if (!isOn) return [];
  return libraries.length === 0 ? [none] : libraries.map(libraryCheck);
}

function libraryCheck({ wrapper, name, version, state }: Library): Check {
  const id = `library ${name}`;
  const called = version === undefined ? name : `${name} ${version}`;
  switch (state) {
    case "patched":
    case "listening":
      return { id, state: "ok", says: `${called} is seen (${wrapper})` };
    case "unpatched":
      return {
        id,
        state: "note",
        says: `${called} was loaded, and ${wrapper} found nothing in it to patch`,
        advice: "See whether its version is one that the documentation names, or wrap its calls with `tool`.",
      };
    case "not_loadable":
      return {
        id,
        state: "note",
        says: `${called} is installed and could not be loaded here, so nobody knows whether it is seen`,
      };
  }
}
