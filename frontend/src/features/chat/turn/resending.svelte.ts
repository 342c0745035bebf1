import { toFailure, type Prompt, type RestorePlan } from '../../../bridge'
import { complain } from '../../checkpoint'
import type { Chat } from '../context'
import { filesIn, look, resend, type Files } from './resend'

/** Resending is one message on its way to be sent again; it asks about files where there are some. */
export class Resending {
  phase = $state<'idle' | 'looking' | 'asking' | 'sending'>('idle')
  /** how many files could go back */
  files = $state(0)
  private plan: RestorePlan | undefined
  private prompt: Prompt | undefined

  constructor(
    private readonly chat: Pick<Chat, 'host' | 'store'>,
    private readonly sessionId: string,
    private readonly turnId: string,
  ) {}

  /** Sends at once, or asks first: `files` when the turn or a later one changed files. */
  async begin(prompt: Prompt, files: boolean): Promise<boolean> {
    if (this.phase !== 'idle') return false
    this.prompt = prompt
    this.phase = 'looking'
    try {
      this.plan = await look(this.chat, this.sessionId, this.turnId, files)
    } catch (cause) {
      complain(this.chat.host, toFailure(cause))
      this.phase = 'idle'
      return false
    }
    this.files = files ? filesIn(this.plan) : 0
    if (this.files > 0) {
      this.phase = 'asking'
      return false
    }
    return this.send('keep')
  }

  /** True when it was sent, or stands in the input. */
  async send(files: Files): Promise<boolean> {
    const { plan, prompt } = this
    if (!plan || !prompt) return false
    this.phase = 'sending'
    const done = await resend(this.chat, this.sessionId, this.turnId, prompt, files, plan)
    this.phase = done ? 'idle' : this.files > 0 ? 'asking' : 'idle'
    return done
  }

  cancel(): void {
    if (this.phase === 'asking') this.phase = 'idle'
  }
}
