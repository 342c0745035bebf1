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

/** The open approvals and questions of a turn, in the order in which they are shown. */
export function waitsFor(turn: SessionTurn | undefined): readonly Waiting[] {
  if (!turn || turn.status === 'done') return []
  return turn.items.flatMap(({ tool, question }): Waiting[] => {
    if (tool?.status === 'waiting' && tool.approval?.answer === '') {
      const code = tool.command !== ''
      return [{ id: tool.approval.id, text: code ? plainVisible(tool.command) : callTitle(tool), code }]
    }
    return question?.open ? [{ id: question.id, text: plainVisible(question.text), code: false }] : []
  })
}

/** What is heard or read of it where there is little room. */
export function asks({ text, code }: Waiting): string {
  const few = text.length > 200 ? `${text.slice(0, 200)} … and more` : text
  return code ? `run ${few}?` : few
}
