/** Anything that survives JSON: the store keeps what is learned as text. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
