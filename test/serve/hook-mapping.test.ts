/**
 * Goal: messages of other systems become the tasks they speak of, and nothing else does.
 * Method: bodies as the systems send them, cut to what matters, through the shipped mappings; then broken ones.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { HookMapping, readMessage } from "../../detector/serve/hook-mapping.ts";
import { repositoryRoot } from "../support/repository.ts";

const mapping = (name: string): HookMapping =>
  HookMapping.parse(JSON.parse(readFileSync(join(repositoryRoot, `schemas/hooks/${name}.json`), "utf8")));

const repository = { full_name: "acme/api", html_url: "https://github.com/acme/api" };
const deployment = { id: 7, ref: "main", environment: "production", updated_at: "2026-02-03T04:05:06Z" };
const run = {
  id: 30,
  name: "build",
  html_url: "https://github.com/acme/api/actions/runs/30",
  updated_at: "2026-02-03T04:05:06Z",
  conclusion: null,
};
const check = {
  id: 9,
  name: "lint",
  html_url: "https://github.com/acme/api/runs/9",
  started_at: "2026-02-03T04:05:06Z",
  completed_at: null,
  conclusion: null,
};
const atMs = Date.parse("2026-02-03T04:05:06Z");
const issue = JSON.parse(
  readFileSync(join(repositoryRoot, "test/serve/hooks/github-issue-opened.json"), "utf8"),
);
const jira = (event: string, category: string) => ({
  timestamp: atMs,
  webhookEvent: `jira:issue_${event}`,
  user: { accountId: "x" },
  issue: {
    id: "10002",
    self: "https://acme.atlassian.net/rest/api/2/issue/10002",
    key: "PAY-7",
    fields: { summary: "Refunds", status: { name: "Done", statusCategory: { id: 3, key: category } } },
  },
});
const change = (state: string) => ({
  record: {
    number: "CHG0030052",
    state,
    short_description: "Upgrade the database",
    sys_updated_on: "2026-02-03 04:05:06",
  },
  link: "https://acme.service-now.com/change_request.do?sys_id=1",
});

describe.each([
  {
    source: "github",
    cases: [
      {
        name: "an issue opened",
        body: issue,
        says: {
          kind: "opened",
          task: {
            id: "acme/payments#42",
            kind: "ticket",
            title: "Refunds are sent twice",
            url: issue.issue.html_url,
          },
          atMs,
        },
      },
      {
        name: "an issue closed",
        body: { ...issue, action: "closed", issue: { ...issue.issue, state_reason: "completed" } },
        says: { kind: "closed", taskId: "acme/payments#42", reason: "completed", atMs },
      },
      { name: "an issue labeled", body: { ...issue, action: "labeled" }, says: undefined },
      {
        name: "a comment on an issue",
        body: { ...issue, action: "deleted", comment: { id: 5 } },
        says: undefined,
      },
      {
        name: "a deployment",
        body: { action: "created", deployment, repository },
        says: {
          kind: "opened",
          task: {
            id: "acme/api/deployments/7",
            kind: "deploy",
            title: "production: main",
            url: "https://github.com/acme/api",
          },
          atMs,
        },
      },
      {
        name: "a deployment that goes on",
        body: { action: "created", deployment, repository, deployment_status: { state: "in_progress" } },
        says: undefined,
      },
      {
        name: "a deployment that failed",
        body: {
          action: "created",
          deployment,
          repository,
          deployment_status: { state: "failure", updated_at: "2026-02-03T04:05:06Z" },
        },
        says: { kind: "closed", taskId: "acme/api/deployments/7", reason: "failure", atMs },
      },
      {
        name: "a workflow run begun",
        body: { action: "in_progress", workflow_run: run, repository },
        says: {
          kind: "opened",
          task: { id: "acme/api/actions/runs/30", kind: "build", title: "build", url: run.html_url },
          atMs,
        },
      },
      {
        name: "a workflow run over",
        body: { action: "completed", workflow_run: { ...run, conclusion: "success" }, repository },
        says: { kind: "closed", taskId: "acme/api/actions/runs/30", reason: "success", atMs },
      },
      {
        name: "a check begun",
        body: { action: "created", check_run: check, repository },
        says: {
          kind: "opened",
          task: { id: "acme/api/check-runs/9", kind: "build", title: "lint", url: check.html_url },
          atMs,
        },
      },
      {
        name: "a check over",
        body: {
          action: "completed",
          check_run: { ...check, conclusion: "failure", completed_at: "2026-02-03T04:05:06Z" },
          repository,
        },
        says: { kind: "closed", taskId: "acme/api/check-runs/9", reason: "failure", atMs },
      },
      {
        name: "an issue without a repository",
        body: { ...issue, repository: undefined },
        says: "the message has no task of the form {repository.full_name}#{issue.number}",
      },
      {
        name: "an issue of an endless name, at no time and no address",
        body: { ...issue, issue: { number: 42, title: "x".repeat(9_999), html_url: "javascript:alert(1)" } },
        says: {
          kind: "opened",
          task: { id: "acme/payments#42", kind: "ticket", title: "x".repeat(512) },
          atMs: undefined,
        },
      },
      {
        name: "a name of every object",
        body: { action: "opened", issue: { constructor: {} } },
        says: undefined,
      },
      { name: "no object", body: "opened", says: undefined },
    ],
  },
  {
    source: "jira",
    cases: [
      {
        name: "an issue in progress",
        body: jira("updated", "indeterminate"),
        says: {
          kind: "opened",
          task: { id: "PAY-7", kind: "ticket", title: "Refunds", url: jira("", "").issue.self },
          atMs,
        },
      },
      {
        name: "an issue done",
        body: jira("updated", "done"),
        says: { kind: "closed", taskId: "PAY-7", reason: "Done", atMs },
      },
      {
        name: "an issue deleted",
        body: jira("deleted", "new"),
        says: { kind: "closed", taskId: "PAY-7", reason: "deleted", atMs },
      },
      {
        name: "a comment",
        body: { ...jira("updated", "new"), webhookEvent: "comment_created" },
        says: undefined,
      },
    ],
  },
  {
    source: "servicenow",
    cases: [
      {
        name: "a change under way",
        body: change("-1"),
        says: {
          kind: "opened",
          task: { id: "CHG0030052", kind: "change", title: "Upgrade the database", url: change("").link },
          atMs,
        },
      },
      {
        name: "a change closed",
        body: change("3"),
        says: { kind: "closed", taskId: "CHG0030052", reason: "state 3", atMs },
      },
      { name: "a change that is planned", body: change("-2"), says: undefined },
    ],
  },
])("$source:", ({ source, cases }) => {
  test.each<{ name: string; body: unknown; says: unknown }>(cases)("$name", ({ body, says }) => {
    expect(readMessage(mapping(source), body)).toEqual(says);
  });
});

test.each([
  ["a rule that opens without a task", { rules: [{ when: [{ path: "a" }], do: "open" }] }],
  ["no rules", { rules: [] }],
  ["a path of other signs", { rules: [{ when: [{ path: "a[0]" }], do: "ignore" }] }],
  ["a weaker hash", { signature: { header: "x", algorithm: "sha1", encoding: "hex" } }],
])("a mapping with %s is refused", (_, part) => {
  expect(HookMapping.safeParse({ ...mapping("jira"), ...part }).success).toBe(false);
});
