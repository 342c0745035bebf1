import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { TrustExplanation } from '../../bridge'
import { WouldRun } from './question.svelte'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function asked() {
  const waiting: { command: string; answer: (reason: string) => void }[] = []
  const question = new WouldRun({
    Trust: {
      Explain: ({ command }: { command: string }) =>
        new Promise<TrustExplanation>((resolve) => {
          const answer = (reason: string): void =>
            resolve({ effect: 'ask', rule: '', pattern: '', reason, tier: 'user', steps: [] })
          waiting.push({ command, answer })
        }),
    },
  } as unknown as ConstructorParameters<typeof WouldRun>[0])
  return { question, waiting }
}

it('asks once typing rests', async () => {
  const { question, waiting } = asked()
  for (const text of ['n', 'np', 'npm']) question.type(text)
  await vi.runAllTimersAsync()
  expect(waiting.map((each) => each.command)).toEqual(['npm'])
})

it('drops an answer that comes after a later question', async () => {
  const { question, waiting } = asked()
  question.type('npm')
  await vi.runAllTimersAsync()
  question.type('npm test')
  await vi.runAllTimersAsync()
  waiting[1]?.answer('the second')
  await vi.runAllTimersAsync()
  waiting[0]?.answer('the first')
  await vi.runAllTimersAsync()
  expect(question.answer?.reason).toBe('the second')
  expect(question.waiting).toBe(false)
})

it('has no answer for nothing, also when one was on its way', async () => {
  const { question, waiting } = asked()
  question.type('npm')
  await vi.runAllTimersAsync()
  question.type('  ')
  waiting[0]?.answer('too late')
  await vi.runAllTimersAsync()
  expect(question.answer).toBeUndefined()
})
