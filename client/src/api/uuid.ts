/** An identifier from a page's query; null for what is none. */
export function uuidOf(value: unknown): string | null {
  return typeof value === 'string' && /^[0-9a-f-]{36}$/i.test(value) ? value : null
}
