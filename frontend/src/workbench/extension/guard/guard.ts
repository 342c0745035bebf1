/** Refused says that an extension may not do what it asked for. */
export class Refused extends Error {
  constructor(what: string) {
    super(`Keel does not let extensions do this: ${what}.`)
    this.name = 'NoPermissions'
  }
}

/**
 * A rule stands before one call of an extension: it throws, answers in the place
 * of the workbench, changes the arguments, or lets the call through with next.
 */
export type Rule = (
  args: readonly unknown[],
  next: (...args: readonly unknown[]) => unknown,
  /** What is called, "$" before it. */
  call: string,
) => unknown

/** What extensions may call of one actor: all of it, nothing, or what rules let through; "*" is for the calls without one. */
export type Access = 'open' | 'closed' | Readonly<Record<string, Rule>>

type Method = (...args: readonly unknown[]) => unknown

/**
 * guarded is an actor as extensions may use it. Only what VS Code marks as meant
 * for them can be called at all: the other half of the protocol is in their hands,
 * and could name any method of the object.
 */
export function guarded(
  name: string,
  actor: object,
  access: Access,
  /** What is made of all that is given to a call. */
  taken: (args: readonly unknown[]) => readonly unknown[] = (args) => args,
): object {
  return new Proxy(actor, {
    get(target, key): unknown {
      if (typeof key !== 'string' || !key.startsWith('$')) return undefined
      const value: unknown = Reflect.get(target, key)
      if (typeof value !== 'function') return undefined
      const next: Method = (...args) => Reflect.apply(value as Method, target, taken(args))
      if (access === 'open') return next
      if (access === 'closed') {
        return () => {
          throw new Refused(`${name}.${key.slice(1)}`)
        }
      }
      const rule = [key, '*'].filter((each) => Object.hasOwn(access, each)).map((each) => access[each])[0]
      return rule ? (...args: readonly unknown[]) => rule(args, next, key) : next
    },
  })
}
