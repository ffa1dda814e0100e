/** A new key for one creation: 128 random bits. `crypto.randomUUID` is not there in insecure contexts; this is. */
export function newIdempotencyKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, '0')).join('')
}
