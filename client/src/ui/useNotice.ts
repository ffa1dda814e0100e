import { nextTick, shallowReadonly, shallowRef, useTemplateRef } from 'vue'

/** What was done, said at the top of a page. The page's template names the place `notice`. */
export function useNotice() {
  const text = shallowRef<string | null>(null)
  const notice = useTemplateRef<HTMLElement>('notice')

  /** The focus stays where it is. */
  function say(words: string): void {
    text.value = words
  }

  /** The focus goes there, because what had it is gone. */
  async function sayInstead(words: string): Promise<void> {
    say(words)
    await nextTick()
    notice.value?.focus()
  }

  function clear(): void {
    text.value = null
  }

  return { text: shallowReadonly(text), say, sayInstead, clear }
}
