import { stories } from "./stories.ts";

const begin = "<!-- stories: written by `npm run stories -- --write-readme` -->";
const end = "<!-- end of stories -->";

/** The README's table of the stories, with the lines that mark it. */
export function storyTable(): string {
  const told = stories.filter(({ telling, lacks }) => telling !== undefined && lacks === undefined);
  const rows = stories.map(
    ({ id, title, lacks }) => `| ${id} | ${title} | ${lacks === undefined ? "told" : `lacks ${lacks}`} |`,
  );
  return [
    begin,
    `${String(told.length)} of ${String(stories.length)} are told end to end; a story passes whole or not at all.`,
    "",
    "| id | story | |",
    "|---|---|---|",
    ...rows,
    end,
  ].join("\n");
}

/** A README with the table of now in place of the one it has; unchanged where it has none. */
export function withStories(readme: string): string {
  const [from, to] = [readme.indexOf(begin), readme.indexOf(end)];
  return from === -1 || to === -1
    ? readme
    : `${readme.slice(0, from)}${storyTable()}${readme.slice(to + end.length)}`;
}
