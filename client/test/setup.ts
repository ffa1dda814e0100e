import { cleanup } from '@testing-library/vue'
import { afterEach, beforeEach, vi } from 'vitest'

beforeEach(() => {
  if (typeof window === 'undefined') return
  // happy-dom has no pictures to show: an address is all that is needed of one.
  let nUrls = 0
  vi.spyOn(URL, 'createObjectURL').mockImplementation(() => `blob:${++nUrls}`)
  vi.spyOn(URL, 'revokeObjectURL').mockImplementation(() => undefined)
  Element.prototype.scrollIntoView = () => undefined
  window.scrollTo = () => undefined
})

afterEach(() => {
  if (typeof window === 'undefined') return
  cleanup()
  document.title = ''
})
