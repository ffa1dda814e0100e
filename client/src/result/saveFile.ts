/** Offers a blob to the user as a file. */
export function saveFile(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Once the browser has begun to save: it takes its own reference at the click, in the task after it.
  setTimeout(() => { URL.revokeObjectURL(url) }, 1000)
}
