import { defineConfig } from 'vitest/config'
import journeys from './vitest.config.ts'

/** `npm run e2e:mock`: the same journeys against the built client on its mock API. */
export default defineConfig({ test: { ...journeys.test, globalSetup: ['e2e/mockTarget.ts'] } })
