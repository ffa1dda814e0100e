import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'

export type CameraFailure = 'denied' | 'missing' | 'busy' | 'unsupported' | 'other'

export type CameraState =
  | { kind: 'off' }
  | { kind: 'starting' }
  | { kind: 'on', stream: MediaStream }
  | { kind: 'failed', reason: CameraFailure }

type Devices = Pick<MediaDevices, 'getUserMedia'>

/** What a page asks of a camera: the best picture up to full HD, facing the user unless told otherwise. */
const DEFAULT_CONSTRAINTS: MediaTrackConstraints = {
  facingMode: 'user',
  width: { ideal: 1920 },
  height: { ideal: 1080 },
}

/** Absent in an insecure context and in old browsers, whatever the type says. */
function browserDevices(): Devices | null {
  return (globalThis.navigator as { mediaDevices?: Devices } | undefined)?.mediaDevices ?? null
}

/**
 * Owns the user's camera: turns it on and off, and off with the scope.
 *
 * A `stop()` or a second `start()` while the browser is still asking wins over
 * the pending request, whose stream is closed as soon as it arrives.
 */
export function useCamera(devices: Devices | null = browserDevices()) {
  const state = shallowRef<CameraState>({ kind: 'off' })
  let generation = 0

  async function start(constraints: MediaTrackConstraints = {}): Promise<void> {
    stop()
    if (!devices) {
      state.value = { kind: 'failed', reason: 'unsupported' }
      return
    }
    const mine = ++generation
    state.value = { kind: 'starting' }
    try {
      const stream = await devices.getUserMedia({
        video: { ...DEFAULT_CONSTRAINTS, ...constraints },
        audio: false,
      })
      if (mine !== generation) {
        close(stream)
        return
      }
      watchForLoss(stream, mine)
      state.value = { kind: 'on', stream }
    } catch (error) {
      if (mine === generation) state.value = { kind: 'failed', reason: reasonOf(error) }
    }
  }

  function stop(): void {
    generation += 1
    if (state.value.kind === 'on') close(state.value.stream)
    state.value = { kind: 'off' }
  }

  /** A camera that is unplugged or taken away by the system ends its track. */
  function watchForLoss(stream: MediaStream, mine: number): void {
    for (const track of stream.getVideoTracks()) {
      track.addEventListener('ended', () => {
        if (mine !== generation) return
        close(stream)
        state.value = { kind: 'failed', reason: 'missing' }
      })
    }
  }

  onScopeDispose(stop)
  return { state: shallowReadonly(state), start, stop }
}

function close(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop()
}

/** The names are those of the Media Capture specification, section 10.2. */
function reasonOf(error: unknown): CameraFailure {
  switch (error instanceof Error ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied'
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'missing'
    case 'NotReadableError':
    case 'AbortError':
      return 'busy'
    default:
      return 'other'
  }
}
