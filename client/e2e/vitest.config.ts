import { defineConfig } from 'vitest/config'

/** `npm run e2e`: against whatever serves at BASE_URL. */
export default defineConfig({
  test: {
    dir: 'e2e',
    include: ['**/*.e2e.ts'],
    globalSetup: ['e2e/target.ts'],
    testTimeout: 90_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    // A journey that fails once and then passes is a defect too.
    retry: 0,
  },
})
