import { defineConfig } from 'vitest/config'
import journeys from '../e2e/vitest.config.ts'

/** `cargo xtask films`: the liveness check with people in front of the camera, from videos that are not in the repository. */
export default defineConfig({
  test: { ...journeys.test, dir: 'films', include: ['**/*.films.ts'], testTimeout: 180_000 },
})
