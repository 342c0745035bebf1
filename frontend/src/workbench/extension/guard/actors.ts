import { RPCProtocol } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/extensions/common/rpcProtocol'
import { guarded, type Access } from './guard'
import type { Method, Outgoing } from './seen'

/**
 * guardActors puts the rules before everything that extensions can call: each
 * actor is set in one place. What the table does not know is closed, also what a
 * later version of the workbench adds.
 */
export function guardActors(
  table: Readonly<Record<string, Access>>,
  taken: (actor: string, args: readonly unknown[]) => readonly unknown[],
): void {
  const stock = Object.getOwnPropertyDescriptor(RPCProtocol.prototype, 'set')?.value as (
    this: RPCProtocol,
    identifier: { readonly sid: string },
    actor: object,
  ) => unknown
  Object.defineProperty(RPCProtocol.prototype, 'set', {
    value(this: RPCProtocol, identifier: { readonly sid: string }, actor: object) {
      const access = Object.hasOwn(table, identifier.sid) ? table[identifier.sid] : undefined
      const { sid } = identifier
      stock.call(
        this,
        identifier,
        guarded(sid, actor, access ?? 'closed', (args) => taken(sid, args)),
      )
      return actor
    },
    configurable: true,
    writable: true,
  })
}

/** filterOutgoing puts something before what the workbench tells extensions. */
export function filterOutgoing(table: Readonly<Record<string, Outgoing>>): void {
  const stock = Object.getOwnPropertyDescriptor(RPCProtocol.prototype, 'getProxy')?.value as (
    this: RPCProtocol,
    identifier: { readonly sid: string },
  ) => object
  Object.defineProperty(RPCProtocol.prototype, 'getProxy', {
    value(this: RPCProtocol, identifier: { readonly sid: string }): object {
      const proxy = stock.call(this, identifier)
      const filter = Object.hasOwn(table, identifier.sid) ? table[identifier.sid] : undefined
      if (!filter) return proxy
      return new Proxy(proxy, {
        get(target, key): unknown {
          const value: unknown = Reflect.get(target, key)
          if (typeof key !== 'string' || !key.startsWith('$') || typeof value !== 'function') return value
          return (...args: readonly unknown[]) =>
            filter(args, (...less) => Reflect.apply(value as Method, target, less))
        },
      })
    },
    configurable: true,
    writable: true,
  })
}
