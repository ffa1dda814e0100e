import { onScopeDispose, shallowReadonly, shallowRef, watch } from 'vue'
import type { Advice } from './guidance/advice.ts'
import { createAnnouncer } from './announcer.ts'
import type { LivenessState, Progress } from './liveness.ts'
import { adviceText, hintText, livenessTexts, taskText } from './texts.ts'

/**
 * What is said while a challenge runs: a task to see, one hint to see, and both to hear.
 *
 * A new task is seen at once, because its time runs; a hint stays until it could be read. What is heard is never faster
 * than that, and the newest is heard: a screen reader that lags behind is of no help.
 */
export function useHints(state: Readonly<{ value: LivenessState }>, advice: Readonly<{ value: Advice | null }>) {
  const hint = shallowRef('')
  const heard = shallowRef('')
  const seenHints = createAnnouncer((text) => { hint.value = text })
  const hearing = createAnnouncer((text) => { heard.value = text })

  watch([() => state.value, () => advice.value], ([now], [before]) => {
    if (now.kind !== 'challenge') {
      seenHints.sayNow('')
      if (before.kind === 'challenge') hearing.sayNow('')
      return
    }
    const { instruction, trouble } = now.progress
    const isNewTask = before.kind !== 'challenge' || before.progress.instruction.task !== instruction.task
      || before.progress.instruction.step !== instruction.step
    const text = trouble ? livenessTexts.retrying : hintNow(now.progress)
    if (isNewTask) seenHints.sayNow(text)
    else seenHints.say(text)
    hearing.say([...stepDone(now.progress), `${taskText(instruction.task)}.`, ...text === '' ? [] : [text]].join(' '))
  })

  /** The server has the last word; until it has one, what the browser sees helps to get into the frame, and not to rush. */
  function hintNow({ phase, hint: fromServer, instruction }: Progress): string {
    const own = advice.value
    const isSettling = phase === 'face' || phase === 'area'
    if (own !== null && (isSettling || own === 'slower' || own === 'only-one-face')) return adviceText(own)
    if (fromServer === null) return ''
    // It would say the same as the task.
    return fromServer === 'look-straight' && instruction.task === 'look-straight' ? '' : hintText(fromServer)
  }

  function stepDone({ phase, instruction: { step } }: Progress): string[] {
    return phase === 'ready' && step > 1 ? [`${livenessTexts.stepDone(step - 1)}.`] : []
  }

  onScopeDispose(() => {
    seenHints.stop()
    hearing.stop()
  })

  return { hint: shallowReadonly(hint), heard: shallowReadonly(heard) }
}
