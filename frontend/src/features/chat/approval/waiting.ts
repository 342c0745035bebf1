import type { SessionTurn } from '../../../bridge'
import { plainVisible } from '../../../lib/visible'
import { callTitle } from '../call/present'

/** Waiting is what a turn wants to know of the user. */
export interface Waiting {
  id: string
  text: string
  /** the text is a command */
  code: boolean
}

/** The first open approval or question of a turn. */
export function waitsFor(turn: SessionTurn): Waiting | undefined {
  if (turn.status === 'done') return undefined
  for (const { tool, question } of turn.items) {
    if (tool?.status === 'waiting' && tool.approval?.answer === '') {
      return {
        id: tool.approval.id,
        text: plainVisible(tool.command) || callTitle(tool),
        code: tool.command !== '',
      }
    }
    if (question?.open) return { id: question.id, text: plainVisible(question.text), code: false }
  }
  return undefined
}
