import { awsWrapper } from "./aws-sdk.ts";
import { fetchWrapper } from "./fetch.ts";
import { httpWrapper } from "./http.ts";
import { pgWrapper } from "./pg.ts";
import type { Wrapper } from "./wrapper.ts";

/** All wrappers that ship. */
export const wrappers: readonly Wrapper[] = [fetchWrapper, httpWrapper, pgWrapper, awsWrapper];
