/** The secret in the link of a mail, which is behind the `#` so that no server's log has it. */
export function tokenIn(hash: string): string | null {
  return /^#token=([A-Za-z0-9._~-]+)$/.exec(hash)?.[1] ?? null
}

/** Where to go after signing in: a page of the client, never an address from elsewhere. */
export function destinationOf(next: unknown): string {
  // Two slashes, of either kind, begin an address of another origin to a browser.
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/'
}
