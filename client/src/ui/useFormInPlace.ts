import { nextTick, shallowReadonly, shallowRef, useTemplateRef } from 'vue'

interface Focusable {
  focus: () => void
}

/**
 * A form in the place of the button that opens it. The focus goes into the form, and back to the button. The page's template
 * names them `form` and `create`.
 */
export function useFormInPlace() {
  const isOpen = shallowRef(false)
  const form = useTemplateRef<Focusable>('form')
  const create = useTemplateRef<Focusable>('create')

  async function open(): Promise<void> {
    isOpen.value = true
    await nextTick()
    form.value?.focus()
  }

  async function close(): Promise<void> {
    isOpen.value = false
    await nextTick()
    create.value?.focus()
  }

  return { isOpen: shallowReadonly(isOpen), open, close }
}
