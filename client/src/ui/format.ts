/** Numbers, sizes and dates as people read them. The client speaks English, so its numbers do too. */

const percentFormat = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const decimalFormat = new Intl.NumberFormat('en', { maximumFractionDigits: 1 })
const wholeFormat = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

/** A percentage from 0..100. Never rounds to 0 or 100: only what is certain reads as certain. */
export function percent(value: number): string {
  if (value > 0 && value < 0.1) return '<0.1%'
  const shown = value < 100 ? Math.min(value, 99.9) : value
  return `${percentFormat.format(shown)}%`
}

/** Degrees with a sign, as in "+12°"; a rounded zero has none. */
export function degrees(value: number): string {
  const rounded = Math.round(value)
  if (rounded === 0) return '0°'
  return `${rounded > 0 ? '+' : '−'}${wholeFormat.format(Math.abs(rounded))}°`
}

/** Bytes in the units a file manager shows: 1 MB is 1,048,576 bytes, like the limits of the API. */
export function fileSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`
  if (bytes < 1024 * 1024) return `${wholeFormat.format(bytes / 1024)} KB`
  return `${decimalFormat.format(bytes / 1024 / 1024)} MB`
}

/** A count with its noun, as in "1 face" and "3 faces". */
export function count(n: number, one: string, many: string): string {
  return `${wholeFormat.format(n)} ${n === 1 ? one : many}`
}

/** A length of time to wait, rounded up, as in "40 seconds" and "3 minutes". */
export function duration(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds))
  if (whole < 60) return count(whole, 'second', 'seconds')
  if (whole < 3600) return count(Math.ceil(whole / 60), 'minute', 'minutes')
  return count(Math.ceil(whole / 3600), 'hour', 'hours')
}

/** An RFC 3339 time in the reader's time zone, as in "20 Nov 2026, 11:23". */
export function dateTime(rfc3339: string, timeZone?: string): string {
  const time = new Date(rfc3339)
  if (Number.isNaN(time.getTime())) return rfc3339
  return new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'medium',
    timeStyle: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(time)
}

/** An RFC 3339 time as a day in the reader's time zone, as in "20 Nov 2026". */
export function day(rfc3339: string, timeZone?: string): string {
  const time = new Date(rfc3339)
  if (Number.isNaN(time.getTime())) return rfc3339
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', ...(timeZone === undefined ? {} : { timeZone }) }).format(time)
}

const relativeFormat = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })

/** Each unit with its length in seconds and how many of it are said before the next is taken. */
const UNITS: readonly [Intl.RelativeTimeFormatUnit, number, number][] = [
  ['minute', 60, 60], ['hour', 3600, 24], ['day', 86_400, 30], ['month', 2_629_746, 12], ['year', 31_556_952, Infinity],
]

/** A time as seen from another, as in "3 hours ago" and "yesterday"; within a minute it is "just now". */
export function relativeTime(rfc3339: string, nowMs: number): string {
  const seconds = (new Date(rfc3339).getTime() - nowMs) / 1000
  if (Number.isNaN(seconds)) return rfc3339
  if (Math.abs(seconds) < 60) return 'just now'
  const [unit, length] = UNITS.find(([, length, most]) => Math.abs(seconds) < length * most) ?? ['year', 31_556_952]
  return relativeFormat.format(Math.trunc(seconds / length), unit)
}
