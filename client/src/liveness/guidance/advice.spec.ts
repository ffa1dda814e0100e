import { describe, expect, it } from 'vitest'
import type { PixelBox } from '../../api/types.ts'
import { adviceFor } from './advice.ts'

const AREA = { left: 185, top: 60, width: 270, height: 360 }

/** A face whose middle is there, of this width. */
function face(x = 320, y = 240, width = 270): PixelBox {
  return { left: x - width / 2, top: y - width / 2, width, height: width }
}

function advice(...faces: PixelBox[]) {
  return adviceFor(AREA, { faces, atMs: 0 }, null)
}

describe('adviceFor', () => {
  it('has none for one face in the middle', () => {
    expect(advice(face())).toBeNull()
  })

  it.each([
    ['no-face', []],
    ['only-one-face', [face(), face(100, 100, 40)]],
    ['come-closer', [face(320, 240, 150)]],
    ['move-back', [face(320, 240, 370)]],
    ['center-face', [face(390, 240)]],
    ['center-face', [face(320, 120)]],
  ] as const)('says %s', (expected, faces) => {
    expect(advice(...faces)).toBe(expected)
  })

  it('asks for the middle before the distance', () => {
    expect(advice(face(100, 240, 60))).toBe('center-face')
  })

  it('finds a face that moves more than two and a half widths a second too fast', () => {
    const before = { faces: [face(300)], atMs: 1000 }
    const moved = (x: number, atMs: number) => adviceFor(AREA, { faces: [face(x)], atMs }, before)
    expect(moved(340, 1060)).toBeNull()
    expect(moved(340, 1058)).toBe('slower')
    expect(moved(340, 1000)).toBeNull()
    expect(adviceFor(AREA, { faces: [face(340)], atMs: 1010 }, { faces: [], atMs: 1000 })).toBeNull()
  })
})
