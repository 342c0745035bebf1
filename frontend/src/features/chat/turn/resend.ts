import { toFailure, type Prompt, type RestorePlan, type SessionTurn } from '../../../bridge'
import { askRestore, pointTarget, preview, putBack, restore } from '../../checkpoint'
import { renewed } from '../../reference'
import type { Chat } from '../context'
import { without } from '../../../lib/without'

/** Files says what becomes of the files when a message is sent again. */
export type Files = 'keep' | 'restore'

/** The prompt of a turn as it can be sent again: what it points at is read anew. */
export function promptOf(turn: SessionTurn): Prompt {
  return {
    text: turn.prompt,
    images: [...(turn.images ?? [])],
    references: (turn.references ?? []).map((reference) => without(reference, 'content')),
  }
}

/** What going back to before a turn would do, to its files too where there are any. */
export function look(
  { host }: Pick<Chat, 'host'>,
  sessionId: string,
  turnId: string,
  files: boolean,
): Promise<RestorePlan> {
  return preview(host, pointTarget(sessionId, turnId, files ? 'both' : 'conversation'))
}

/** How many files going back would touch. */
export function filesIn(plan: RestorePlan): number {
  return plan.write.length + plan.delete.length
}

/**
 * Takes the conversation back to before a turn, and the files too where that is
 * wanted, and sends another prompt in its place. False when nothing was done.
 * Once the conversation went back the prompt is never lost: what cannot be sent
 * stands in the input. What was before is kept in a copy, as with every restore.
 */
export async function resend(
  { host, store }: Pick<Chat, 'host' | 'store'>,
  sessionId: string,
  turnId: string,
  prompt: Prompt,
  files: Files,
  plan: RestorePlan,
): Promise<boolean> {
  const target = pointTarget(sessionId, turnId, files === 'restore' ? 'both' : 'conversation')
  if (files === 'restore' && !(await askRestore(host, plan, putBack))) return false
  if (files === 'keep' && plan.commands.length > 0 && !(await agreesToStop(host, plan))) return false
  store.replace(turnId)
  const handed = store.carried.take(sessionId, prompt)
  // The conversation goes on at once, so that what left it cannot come back: it can be looked at.
  const result = await restore(host, target, plan, false, ({ copy }) =>
    copy ? [{ label: 'Open It', run: () => store.open(copy).then(() => undefined) }] : [],
  )
  handed()
  if (!result?.copy) {
    store.replaced(turnId)
    // The files may have gone back without the conversation: the toast says so, and the text stays here.
    return false
  }
  try {
    const references = await renewed(prompt.references, host.sources)
    await host.bridge.Agent.Send(sessionId, { ...prompt, references })
  } catch (cause) {
    store.returnPrompt(sessionId, prompt, toFailure(cause))
  }
  return true
}

function agreesToStop(host: Chat['host'], { commands }: RestorePlan): Promise<boolean> {
  return host.confirm({
    message: 'This stops what runs in the background. Go on?',
    detail: `${commands.join('\n')}\n\nIt was started after this message.`,
    primary: 'Stop and Send',
  })
}
