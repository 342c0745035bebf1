/** "1 file", "3 files" */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}

/** "a", "a and b", "a, b and c" */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** "20 ms", "0.4 s", "12 s", "2 min 5 s" */
export function duration(milliseconds: number): string {
  if (milliseconds < 95) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const rest = whole % 60
  return rest === 0 ? `${Math.floor(whole / 60)} min` : `${Math.floor(whole / 60)} min ${rest} s`
}

// Made once: each costs more than all its uses.
const timeOfDay = new Intl.DateTimeFormat([], { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat([], { day: 'numeric', month: 'short' })

/** The time of day, with the date when it is not today's. */
export function clock(at: number, now: number): string {
  const time = timeOfDay.format(at)
  return new Date(at).toDateString() === new Date(now).toDateString() ? time : `${day.format(at)}, ${time}`
}

/** "just now", "5 min ago", "3 h ago", "yesterday", "12 Mar" */
export function ago(at: number, now: number): string {
  const minutes = Math.floor((now - at) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`
  if (minutes < 48 * 60) return 'yesterday'
  return day.format(at)
}

/** "850", "1.2k", "12k", "1.2M" */
export function tokens(n: number): string {
  if (n < 1000) return String(n)
  if (n < 999_950) return `${(n / 1000).toFixed(n < 9_950 ? 1 : 0)}k`
  return `${(n / 1_000_000).toFixed(1)}M`
}

/** Millionths of a dollar: "$0.004", "$0.12", "$3.50" */
export function money(micros: number): string {
  const dollars = micros / 1_000_000
  if (dollars >= 0.1) return `$${dollars.toFixed(2)}`
  if (dollars >= 0.001) return `$${dollars.toFixed(3)}`
  return '< $0.001'
}

/** The beginning of a text that has no room for more than so many characters. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text
  // Half of a character is none.
  const start = text.slice(0, most - 1).replace(/[\ud800-\udbff]$/, '')
  return `${start.trimEnd()}…`
}

/** The last part of a path, and the folders before it with their slash. */
export function splitPath(path: string): { name: string; folder: string } {
  const at = path.lastIndexOf('/') + 1
  return { name: path.slice(at), folder: path.slice(0, at) }
}

const units = ['bytes', 'kB', 'MB', 'GB', 'TB']

/** "512 bytes", "1.2 kB", "34 MB", "2 GB": powers of 1,024, as file managers count. */
export function size(bytes: number): string {
  let n = bytes
  let unit = 0
  while (n >= 1023.5 && unit < units.length - 1) {
    n /= 1024
    unit++
  }
  const digits = unit === 0 || n >= 9.95 || Number.isInteger(n) ? 0 : 1
  return `${n.toFixed(digits).replace(/\.0$/, '')} ${bytes === 1 ? 'byte' : (units[unit] ?? '')}`
}

/** A heading for a day: "Today", "Yesterday", "12 Mar". */
export function dayName(at: number, now: number): string {
  const date = new Date(at).toDateString()
  if (date === new Date(now).toDateString()) return 'Today'
  const before = new Date(now)
  before.setDate(before.getDate() - 1)
  return date === before.toDateString() ? 'Yesterday' : day.format(at)
}

const exact = new Intl.DateTimeFormat([], { dateStyle: 'medium', timeStyle: 'medium' })

/** The whole date and time, to the second. */
export function exactTime(at: number): string {
  return exact.format(at)
}
