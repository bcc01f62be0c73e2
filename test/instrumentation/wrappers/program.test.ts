/** Goal: of a command line its program is told, and nothing else of it. */
import { describe, expect, test } from "@jest/globals";
import { programIn, programOf } from "../../../instrumentation/wrappers/program.ts";

const secret = "S3CRET-argument";

describe("names of programs", () => {
  test.each([
    ["git push", "git"],
    ["/usr/local/bin/kubectl get pods", "kubectl"],
    ["A=1 B='two words' npm run x", "npm"],
    [`TOKEN=${secret}`, "sh"],
    [`"${secret} with spaces"`, "sh"],
    ["$(cat secret)", "sh"],
    ["(cd x && y)", "sh"],
    ["  ", "sh"],
    ["ls|wc", "ls"],
    ["A=".repeat(50_000), "sh"],
  ])("%.40s", (command, program) => {
    expect(programIn(command)).toBe(program);
    expect(programOf("/bin/bash", ["/bin/bash", "-lc", command])).toBe(program === "sh" ? "bash" : program);
  });

  test.each([
    ["C:\\Windows\\system32\\curl.exe", "curl.exe"],
    ["/opt/a b/run me", "program"],
    ["/bin/sh", "sh"],
  ])("%s", (file, program) => expect(programOf(file)).toBe(program));
});
