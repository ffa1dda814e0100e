/** A secret that is shown this once, from its arrival until it is forgotten. */
export type SecretState =
  | { kind: 'none' }
  | { kind: 'shown', secret: string, copy: CopyState, isLeaving: boolean }

export type CopyState = 'not-yet' | 'done' | 'failed'

export type SecretEvent =
  | { kind: 'arrived', secret: string }
  | { kind: 'copied' }
  | { kind: 'copy-failed' }
  /** The user wants to go. Who has not copied it is asked. */
  | { kind: 'leaving' }
  | { kind: 'stayed' }
  | { kind: 'left' }

/** Gives the state after an event. After the last one, nothing holds the secret. */
export function next(state: SecretState, event: SecretEvent): SecretState {
  if (event.kind === 'arrived') return { kind: 'shown', secret: event.secret, copy: 'not-yet', isLeaving: false }
  if (state.kind === 'none') return state
  switch (event.kind) {
    case 'copied': return { ...state, copy: 'done' }
    // Who has copied it once has it.
    case 'copy-failed': return { ...state, copy: state.copy === 'done' ? 'done' : 'failed' }
    case 'leaving': return state.copy === 'done' ? { kind: 'none' } : { ...state, isLeaving: true }
    case 'stayed': return { ...state, isLeaving: false }
    case 'left': return { kind: 'none' }
  }
}
