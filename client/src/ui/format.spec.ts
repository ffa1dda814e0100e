import { describe, expect, it } from 'vitest'
import { count, dateTime, degrees, duration, fileSize, percent } from './format.ts'

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
})
