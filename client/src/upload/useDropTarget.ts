import { onScopeDispose, shallowReadonly, shallowRef } from 'vue'

/**
 * Makes the whole window a target for files, by drop and by paste.
 *
 * A file that misses a small target would replace the page in the browser, and
 * whatever was entered with it; so all drops of files are taken, and `onFiles`
 * decides what they are worth.
 */
export function useDropTarget(onFiles: (files: File[]) => void, target: Window = window) {
  const isOver = shallowRef(false)
  // Elements below the pointer enter and leave one by one; the window is left when all are.
  let depth = 0

  function enter(event: DragEvent): void {
    if (!bringsFiles(event)) return
    event.preventDefault()
    depth += 1
    isOver.value = true
  }

  function over(event: DragEvent): void {
    if (!bringsFiles(event)) return
    event.preventDefault()
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy'
  }

  function leave(event: DragEvent): void {
    if (!bringsFiles(event)) return
    depth = Math.max(0, depth - 1)
    isOver.value = depth > 0
  }

  function drop(event: DragEvent): void {
    if (!bringsFiles(event)) return
    event.preventDefault()
    depth = 0
    isOver.value = false
    onFiles(Array.from(event.dataTransfer?.files ?? []))
  }

  function paste(event: ClipboardEvent): void {
    const files = Array.from(event.clipboardData?.files ?? [])
    if (files.length === 0) return
    event.preventDefault()
    onFiles(files)
  }

  target.addEventListener('dragenter', enter)
  target.addEventListener('dragover', over)
  target.addEventListener('dragleave', leave)
  target.addEventListener('drop', drop)
  target.addEventListener('paste', paste)
  onScopeDispose(() => {
    target.removeEventListener('dragenter', enter)
    target.removeEventListener('dragover', over)
    target.removeEventListener('dragleave', leave)
    target.removeEventListener('drop', drop)
    target.removeEventListener('paste', paste)
  })

  return { isOver: shallowReadonly(isOver) }
}

function bringsFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false
}
