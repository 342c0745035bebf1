import {
  ContextKeyExpr,
  type ContextKeyExpression,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey'
import type { IContextKeyService } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextkey/common/contextkey.service'

/** Conditions are `when` clauses, each read once, against the window's context. */
export class Conditions {
  private readonly read = new Map<string, ContextKeyExpression | undefined>()

  constructor(private readonly contexts: Pick<IContextKeyService, 'contextMatchesRules'>) {}

  /** Without a condition it holds; one that cannot be read is none. */
  holds(when: string | undefined): boolean {
    return this.contexts.contextMatchesRules(this.expression(when))
  }

  canBeRead(when: string): boolean {
    return this.expression(when) !== undefined
  }

  /** The context keys that any of them names. */
  keys(all: readonly (string | undefined)[]): ReadonlySet<string> {
    return new Set(all.flatMap((when) => this.expression(when)?.keys() ?? []))
  }

  private expression(when: string | undefined): ContextKeyExpression | undefined {
    if (!when) return undefined
    const known = this.read.get(when)
    if (known || this.read.has(when)) return known
    const expression = ContextKeyExpr.deserialize(when)
    this.read.set(when, expression)
    return expression
  }
}
