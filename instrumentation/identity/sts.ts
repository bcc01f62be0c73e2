import aws4 from "aws4";
import type { HttpRequest } from "./http.ts";

/** Keys of AWS, as the environment or the container's service gives them. */
export interface AwsKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiresAtMs?: number;
}

/** The signed question, put to STS at `url`, whose keys these are. It needs no permission, and changes nothing. */
export function callerIdentity(url: string, region: string, keys: AwsKeys, nowMs: number): HttpRequest {
  const { host, pathname } = new URL(url);
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const signed = aws4.sign(
    {
      service: "sts",
      region,
      method: "POST",
      path: pathname,
      body,
      headers: {
        host,
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded; charset=utf-8",
        "x-amz-date": new Date(nowMs).toISOString().replaceAll(/[:-]|\.\d{3}/gu, ""),
      },
    },
    keys,
  );
  const headers = Object.entries(signed.headers ?? {}).map(([name, value]) => [name, String(value)]);
  return { method: "POST", headers: Object.fromEntries(headers), body };
}
