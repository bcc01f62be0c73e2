import { type Running, running } from "./scope.ts";

/** What runs while an action of ours makes requests, until it is over. */
export interface Cover {
  readonly running: Running;
  readonly over: () => void;
}

/**
 * Says of the requests that a library makes for one action that they are part of it. It ends with the action: what the host
 * does afterwards within events of the same connection is work of its own.
 */
export function cover(): Cover {
  let isOver = false;
  return {
    running: {
      ...running(),
      get covered() {
        return !isOver;
      },
    },
    over: () => {
      isOver = true;
    },
  };
}
