import { fetchWrapper } from "./fetch.ts";
import { httpWrapper } from "./http.ts";
import { mcpWrapper } from "./mcp.ts";
import type { Wrapper } from "./wrapper.ts";

/** All wrappers that ship. */
export const wrappers: readonly Wrapper[] = [fetchWrapper, httpWrapper, mcpWrapper];
