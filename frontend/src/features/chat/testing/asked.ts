import { vi } from 'vitest'
import type { Session, SessionApproval, SessionItem } from '../../../bridge'
import { approval, command, session, turn } from '../../../testing/sessions'
import { renderChat, type Rendered } from './render'

// A command that waits for an answer, for the tests of its card.

export const line = 'go test ./...'

export const asked = (fields: Partial<SessionApproval> = {}, text = line): SessionItem =>
  command('x1', text, {
    status: 'waiting',
    approval: approval({ patterns: [line, 'go test *'], ...fields }),
  })

/** Asking renders chats that wait, and ends them. */
export class Asking {
  private now = 1_000_000
  private readonly chats: Rendered[] = []

  constructor() {
    vi.spyOn(Date, 'now').mockImplementation(() => this.now)
  }

  async show(item = asked(), methods: Record<string, (...args: never[]) => unknown> = {}): Promise<Rendered> {
    return this.open(session({ turns: [turn({ status: 'waiting', items: [item] })] }), methods)
  }

  async open(shown: Session, methods: Record<string, (...args: never[]) => unknown> = {}): Promise<Rendered> {
    const chat = await renderChat(shown, { methods })
    this.chats.push(chat)
    return chat
  }

  /** Past the moment in which a click is taken for one that was meant for something else. */
  readonly later = (): void => void (this.now += 1000)

  end(): void {
    for (const chat of this.chats) chat.dispose()
    vi.restoreAllMocks()
  }
}

/** What Go was answered. */
export const answers = (shown: Rendered): unknown[] =>
  shown.host.bridge.calls.filter((each) => each.name === 'Agent.Answer').map((each) => each.arguments[0])
