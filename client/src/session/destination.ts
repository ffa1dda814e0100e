/** Where to go after signing in: a page of the client, never an address from elsewhere. */
export function destinationOf(next: unknown): string {
  // Two slashes, of either kind, begin an address of another origin to a browser.
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/'
}
