import { stopKept } from "./kept.ts";

/** jest wants the function as the default export. */
export { stopKept as default };
