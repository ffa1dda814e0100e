/** Quality of a captured JPEG, 0..1. Chosen: no visible loss, about a tenth of the size of a PNG. */
const JPEG_QUALITY = 0.92

/**
 * Takes the frame a video shows as a JPEG, in the camera's own resolution and not mirrored.
 *
 * Resolves to `undefined` while the video has no frame yet.
 */
export async function captureFrame(video: HTMLVideoElement): Promise<File | undefined> {
  if (video.videoWidth === 0 || video.videoHeight === 0) return undefined
  const canvas = document.createElement('canvas')
  canvas.width = video.videoWidth
  canvas.height = video.videoHeight
  const context = canvas.getContext('2d')
  if (!context) return undefined
  context.drawImage(video, 0, 0)
  const blob = await new Promise<Blob | null>((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', JPEG_QUALITY)
  })
  return blob ? new File([blob], 'camera.jpg', { type: 'image/jpeg' }) : undefined
}
