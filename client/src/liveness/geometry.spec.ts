import { describe, expect, it } from 'vitest'
import type { PixelBox } from '../api/types.ts'
import { cropOf, frameSize, placed, toView } from './geometry.ts'
import type { View } from './geometry.ts'

const VGA = { width: 640, height: 480 }
const HD = { width: 1280, height: 720 }
const UPRIGHT = { width: 720, height: 1280 }

/** Compares to a millionth of a pixel. */
function expectBox(actual: PixelBox, [left, top, width, height]: [number, number, number, number]): void {
  const rounded = [actual.left, actual.top, actual.width, actual.height].map(it => Math.round(it * 1e6) / 1e6 + 0)
  expect(rounded).toEqual([left, top, width, height])
}

function seen(box: [number, number, number, number], view: Partial<View>): PixelBox {
  const [left, top, width, height] = box
  return toView({ left, top, width, height }, { video: VGA, frame: VGA, view: VGA, fit: 'cover', isMirrored: true, ...view })
}

describe('frameSize', () => {
  it.each([
    [HD, { width: 640, height: 360 }],
    [UPRIGHT, { width: 360, height: 640 }],
    [{ width: 1280, height: 960 }, VGA],
    [{ width: 1366, height: 768 }, { width: 640, height: 360 }],
  ])('keeps the shape of %o', (video, frame) => {
    expect(frameSize(video)).toEqual(frame)
  })

  it('does not enlarge, and is never smaller than the API takes', () => {
    expect(frameSize({ width: 320, height: 240 })).toEqual({ width: 320, height: 240 })
    expect(frameSize({ width: 1920, height: 120 })).toEqual({ width: 640, height: 80 })
  })
})

describe('cropOf', () => {
  it('is everything where the shapes agree', () => {
    expectBox(cropOf(HD, { width: 640, height: 360 }), [0, 0, 1280, 720])
  })

  it('is the middle of a video that was turned after the size was announced', () => {
    expectBox(cropOf(HD, { width: 360, height: 640 }), [437.5, 0, 405, 720])
    expectBox(cropOf(UPRIGHT, { width: 640, height: 360 }), [0, 437.5, 720, 405])
  })
})

describe('placed', () => {
  it('covers by cutting off, and contains by leaving room', () => {
    expectBox(placed(HD, { width: 360, height: 360 }, 'cover'), [-140, 0, 640, 360])
    expectBox(placed(HD, { width: 360, height: 360 }, 'contain'), [0, 78.75, 360, 202.5])
  })
})

describe('toView', () => {
  it('shows at the left what the frame has at the right', () => {
    expectBox(seen([500, 100, 40, 20], {}), [100, 100, 40, 20])
    expectBox(seen([500, 100, 40, 20], { isMirrored: false }), [500, 100, 40, 20])
  })

  it('leaves the middle in the middle, whatever the view', () => {
    for (const view of [VGA, { width: 360, height: 270 }, { width: 300, height: 600 }, { width: 1000, height: 200 }]) {
      for (const fit of ['cover', 'contain'] as const) {
        const box = seen([310, 230, 20, 20], { view, fit })
        expect(box.left + box.width / 2).toBeCloseTo(view.width / 2)
        expect(box.top + box.height / 2).toBeCloseTo(view.height / 2)
      }
    }
  })

  it('scales from frames to a video of more pixels and on to a smaller view', () => {
    expectBox(seen([0, 0, 64, 36], { video: HD, frame: { width: 640, height: 360 }, view: { width: 320, height: 180 } }), [288, 0, 32, 18])
  })

  it('cuts where the view is narrower than a phone’s video', () => {
    const view = { video: UPRIGHT, frame: { width: 360, height: 640 }, view: { width: 360, height: 480 } }
    expectBox(seen([45, 80, 270, 480], view), [45, 0, 270, 480])
    expectBox(seen([45, 80, 270, 480], { ...view, fit: 'contain' }), [78.75, 60, 202.5, 360])
  })

  it('finds the frame inside of a video that was turned meanwhile', () => {
    const view = { video: HD, frame: { width: 360, height: 640 }, view: { width: 640, height: 360 } }
    expectBox(seen([0, 0, 360, 640], view), [218.75, 0, 202.5, 360])
    expectBox(seen([0, 0, 180, 640], view), [320, 0, 101.25, 360])
  })
})
