import { describe, expect, it } from 'vitest'
import { count, dateTime, day, degrees, duration, fileSize, percent, relativeTime } from './format.ts'

describe('format', () => {
  it('never rounds a doubt away', () => {
    expect(percent(99.97)).toBe('99.9%')
    expect(percent(100)).toBe('100%')
    expect(percent(0)).toBe('0%')
    expect(percent(0.0001)).toBe('<0.1%')
    expect(percent(0.1)).toBe('0.1%')
    expect(percent(12.34)).toBe('12.3%')
  })

  it('gives degrees a sign, and zero none', () => {
    expect(degrees(12.4)).toBe('+12°')
    expect(degrees(-3.6)).toBe('−4°')
    expect(degrees(-0.2)).toBe('0°')
  })

  it('shows sizes in the largest unit that fits', () => {
    expect(fileSize(1)).toBe('1 byte')
    expect(fileSize(1023)).toBe('1023 bytes')
    expect(fileSize(2048)).toBe('2 KB')
    expect(fileSize(15 * 1024 * 1024)).toBe('15 MB')
    expect(fileSize(1.55 * 1024 * 1024)).toBe('1.6 MB')
  })

  it('counts one and many', () => {
    expect(count(1, 'face', 'faces')).toBe('1 face')
    expect(count(0, 'face', 'faces')).toBe('0 faces')
    expect(count(1200, 'face', 'faces')).toBe('1,200 faces')
  })

  it('rounds waiting times up', () => {
    expect(duration(0)).toBe('1 second')
    expect(duration(40)).toBe('40 seconds')
    expect(duration(61)).toBe('2 minutes')
    expect(duration(3600)).toBe('1 hour')
  })

  it('shows a time in the time zone of the reader', () => {
    expect(dateTime('2026-11-20T10:23:00Z', 'Europe/Berlin')).toBe('20 Nov 2026, 11:23')
    expect(dateTime('not a time')).toBe('not a time')
  })

  it('shows a day in the time zone of the reader', () => {
    expect(day('2026-11-20T23:30:00Z', 'Europe/Berlin')).toBe('21 Nov 2026')
    expect(day('not a time')).toBe('not a time')
  })

  it('tells how long ago something was', () => {
    const now = Date.parse('2026-11-20T12:00:00Z')
    expect(relativeTime('2026-11-20T11:59:30Z', now)).toBe('just now')
    // A server's clock may be a little ahead.
    expect(relativeTime('2026-11-20T12:00:30Z', now)).toBe('just now')
    expect(relativeTime('2026-11-20T11:58:01Z', now)).toBe('1 minute ago')
    expect(relativeTime('2026-11-20T09:00:00Z', now)).toBe('3 hours ago')
    expect(relativeTime('2026-11-19T11:00:00Z', now)).toBe('yesterday')
    expect(relativeTime('2026-10-30T12:00:00Z', now)).toBe('21 days ago')
    expect(relativeTime('2026-08-20T12:00:00Z', now)).toBe('3 months ago')
    expect(relativeTime('2024-08-20T12:00:00Z', now)).toBe('2 years ago')
    expect(relativeTime('not a time', now)).toBe('not a time')
  })
})
