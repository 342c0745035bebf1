import { session, turn } from '../../../testing/sessions'
import { many, sent } from '../../reference/testing/states'

/** Sessions whose messages point at things. */
export const referenceStates = {
  references: () =>
    session({ turns: [turn({ prompt: 'What does the report do wrong?', references: sent })] }),
  reading: () =>
    session({
      turns: [turn({ status: 'running', references: many.slice(0, 2), reading: true })],
      queue: [{ id: 'q1', text: 'and this page', references: many.slice(7, 8), queuedAt: 0 }],
    }),
}
