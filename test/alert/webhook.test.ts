import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { Webhook } from "standardwebhooks";
import { webhook } from "../../detector/alert/webhook.ts";
import { Alert } from "../../schemas/index.ts";
import { alertOf, secret, settingsOf } from "./support.ts";

const otherSecret = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

describe("the webhook", () => {
  test("is the golden request, byte for byte", () => {
    const request = webhook.toRequest(
      alertOf(),
      settingsOf({ url: "https://pager.acme.example/hook" }),
      1_770_000_000_999,
    );
    expect(request).toEqual(JSON.parse(readFileSync("test/alert/golden/webhook.json", "utf8")));
  });

  test("carries a body that is an alert", () => {
    expect(Alert.parse(JSON.parse(webhook.toRequest(alertOf(), settingsOf(), 0).body)).type).toBe(
      "episode.opened",
    );
  });

  test("verifies with the official library, and not with another secret or body", () => {
    const { headers, body } = webhook.toRequest(alertOf(), settingsOf(), Date.now());
    expect(new Webhook(secret).verify(body, { ...headers })).toEqual(JSON.parse(body));
    expect(() => new Webhook(otherSecret).verify(body, { ...headers })).toThrow("No matching signature");
    expect(() => new Webhook(secret).verify(`${body} `, { ...headers })).toThrow("No matching signature");
  });

  test("verifies with the old and the new secret while one replaces the other", () => {
    const settings = settingsOf({ secret: `${otherSecret} ${secret}` });
    const { headers, body } = webhook.toRequest(alertOf(), settings, Date.now());
    for (const one of [secret, otherSecret]) {
      expect(new Webhook(one).verify(body, { ...headers })).toEqual(JSON.parse(body));
    }
  });

  test("keeps its id over retries and stamps each attempt", () => {
    const first = webhook.toRequest(alertOf(), settingsOf(), 1_000_000).headers;
    const second = webhook.toRequest(alertOf(), settingsOf(), 1_005_000).headers;
    expect(second["webhook-id"]).toBe(first["webhook-id"]);
    expect([first["webhook-timestamp"], second["webhook-timestamp"]]).toEqual(["1000", "1005"]);
  });
});
