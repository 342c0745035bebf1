import { count } from '../../lib/format'

/** "4:07" for what is left, never below "0:00"; hours count as minutes. */
export function minutesAndSeconds(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** What is said of it, and changes with whole minutes only. */
export function wholeMinutes(milliseconds: number): string {
  if (milliseconds <= 0) return 'The time is up.'
  const minutes = Math.ceil(milliseconds / 60_000)
  return minutes <= 1 ? 'Less than a minute left.' : `${count(minutes, 'minute')} left.`
}

/** Countdown is the time until an end that may change, second by second. */
export class Countdown {
  private now = $state(Date.now())

  /** `until` is in milliseconds since 1970; 0 has no end. Made while a component is. */
  constructor(private readonly until: () => number) {
    $effect(() => {
      if (this.until() === 0) return
      this.now = Date.now()
      const timer = setInterval(() => (this.now = Date.now()), 1000)
      return () => clearInterval(timer)
    })
  }

  /** undefined where there is no end */
  get left(): number | undefined {
    const until = this.until()
    return until === 0 ? undefined : Math.max(0, until - this.now)
  }
}
