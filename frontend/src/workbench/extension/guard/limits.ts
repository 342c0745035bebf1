import { Refused, type Rule } from './guard'

/**
 * atMost lets so many things with a handle be there at the same time: thousands of
 * them, which a loop makes in a moment, would keep the window from being used, and
 * the extension from being turned off. A new host of extensions counts its handles
 * from the beginning again, so that those of an old one make room.
 */
export function atMost(most: number, what: string): { begin: Rule; end: Rule } {
  const there = new Set<unknown>()
  return {
    begin: (args, next) => {
      if (!there.has(args[0]) && there.size >= most)
        throw new Refused(`showing more than ${most} ${what} at the same time`)
      there.add(args[0])
      return next(...args)
    },
    end: (args, next) => {
      there.delete(args[0])
      return next(...args)
    },
  }
}

/** seldom lets a call through so many times in ten seconds. */
export function seldom(most: number, what: string, rule: Rule, now: () => number = Date.now): Rule {
  let times: number[] = []
  return (args, next, call) => {
    times = times.filter((time) => now() - time < 10_000)
    if (times.length >= most) throw new Refused(`making more than ${most} ${what} in ten seconds`)
    times.push(now())
    return rule(args, next, call)
  }
}
