import type { IProgressStep } from '@codingame/monaco-vscode-api/vscode/vs/platform/progress/common/progress'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { ExtensionProgress } from '../../bridge'
import { Installations } from './installations'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Shown {
  title: string
  steps: IProgressStep[]
  over: boolean
  cancel: () => void
}

function world(): { installations: Installations; notices: Shown[] } {
  const notices: Shown[] = []
  const installations = new Installations((title, until, cancel) => {
    const shown: Shown = { title, steps: [], over: false, cancel }
    notices.push(shown)
    void until({ report: (step) => shown.steps.push(step) }).then(() => (shown.over = true))
  })
  return { installations, notices }
}

const downloading = (done: number, total: number): ExtensionProgress => ({
  jobId: 'job',
  id: 'harbour.theme',
  phase: 'downloading',
  done,
  total,
  ended: false,
  error: null,
})

/** Work that ends when it is told to. */
function held() {
  let resolve: (value: string) => void = () => undefined
  let reject: (cause: Error) => void = () => undefined
  const promise = new Promise<string>((done, fail) => {
    resolve = done
    reject = fail
  })
  let report: (progress: ExtensionProgress) => void = () => undefined
  let signal: AbortSignal | undefined
  return {
    resolve,
    reject,
    run: (to: (progress: ExtensionProgress) => void, stop: AbortSignal) => {
      report = to
      signal = stop
      return promise
    },
    tell: (progress: ExtensionProgress) => report(progress),
    isStopped: () => signal?.aborted ?? false,
  }
}

it('shows nothing of what is done at once', async () => {
  const { installations, notices } = world()
  await expect(installations.run('Theme', () => Promise.resolve('there'))).resolves.toBe('there')
  await vi.advanceTimersByTimeAsync(10_000)
  expect(notices).toEqual([])
})

it('shows twenty that begin together in one notification', async () => {
  const { installations, notices } = world()
  const all = Array.from({ length: 20 }, held)
  const ends = all.map((each, n) => installations.run(`Number ${n}`, each.run))
  await vi.advanceTimersByTimeAsync(1000)
  expect(notices.map(({ title }) => title)).toEqual(['Installing 20 extensions'])
  all[0]?.resolve('there')
  await ends[0]
  all[1]?.tell(downloading(1024, 2048))
  expect(notices[0]?.steps.at(-1)).toMatchObject({
    message: '1 done; Number 1: downloading, 1 kB of 2 kB',
    total: 100,
    increment: 7.5,
  })
  expect(notices[0]?.over).toBe(false)
  notices[0]?.cancel()
  expect(all.every((each) => each.isStopped())).toBe(true)
  for (const each of all) each.resolve('there')
  await Promise.all(ends)
  await vi.advanceTimersByTimeAsync(0)
  expect(notices[0]?.over).toBe(true)
})

it('names one by its name, and what fails is over too', async () => {
  const { installations, notices } = world()
  const one = held()
  const end = installations.run('Theme', one.run)
  await vi.advanceTimersByTimeAsync(1000)
  const later = held()
  const second = installations.run('Icons', later.run)
  await vi.advanceTimersByTimeAsync(1000)
  expect(notices.map(({ title }) => title)).toEqual(['Installing Theme', 'Installing Icons'])
  one.tell(downloading(0, 2048))
  expect(notices[0]?.steps.at(-1)?.message).toBe('downloading, 0 bytes of 2 kB')
  one.reject(new Error('no'))
  await expect(end).rejects.toThrow('no')
  await vi.advanceTimersByTimeAsync(0)
  expect(notices.map(({ over }) => over)).toEqual([true, false])
  later.resolve('there')
  await second
})
