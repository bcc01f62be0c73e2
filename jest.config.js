/** TypeScript is compiled by tsc alone; jest runs what it emitted, so nothing is transformed here. */
const config = {
  testEnvironment: "node",
  roots: ["<rootDir>/dist/test"],
  testMatch: ["**/*.test.js"],
  transform: {},
  maxWorkers: 2,
  testTimeout: 30_000,
  setupFiles: ["<rootDir>/dist/test/support/seed.js"],
  globalSetup: "<rootDir>/dist/test/support/global-setup.js",
  globalTeardown: "<rootDir>/dist/test/support/global-teardown.js",
};
export { config as default };
