import { awsWrapper } from "./aws-sdk.ts";
import { childProcessWrapper } from "./child-process.ts";
import { fetchWrapper } from "./fetch.ts";
import { httpWrapper } from "./http.ts";
import { mcpWrapper } from "./mcp.ts";
import { pgWrapper } from "./pg.ts";
import type { Wrapper } from "./wrapper.ts";

/** All wrappers that ship. */
export const wrappers: readonly Wrapper[] = [
  fetchWrapper,
  httpWrapper,
  mcpWrapper,
  pgWrapper,
  awsWrapper,
  childProcessWrapper,
];
