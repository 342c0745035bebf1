import { describe, expect, it, vi } from 'vitest'
import type { Terminal, TerminalOutput } from '../../bridge'
import { fakeBridge } from '../../bridge/fake'
import { Acknowledgements } from './acknowledgements'
import { parseSaved, toRestored, toSaved } from './layout'
import { TerminalStream } from './stream'

const output = (stream: number, seq: number, offset: number, text: string): TerminalOutput => ({
  id: 't',
  stream,
  seq,
  offset,
  bytes: text.length,
  text,
  exited: false,
  exitCode: 0,
  signal: '',
})

describe('Acknowledgements', () => {
  it('counts the bytes of pieces that were drawn whole', () => {
    const drawn = new Acknowledgements()
    drawn.delivered(3, 5)
    drawn.delivered(2, 2)
    expect(drawn.drew(2)).toBe(0)
    expect(drawn.drew(1)).toBe(5)
    expect(drawn.drew(2)).toBe(2)
    drawn.delivered(4, 4)
    drawn.reset()
    expect(drawn.drew(4)).toBe(0)
  })
})

describe('TerminalStream', () => {
  function open() {
    const attached: [from: number, again: boolean][] = []
    const bridge = fakeBridge({
      methods: { 'Terminals.Attach': (_: string, ...how: [number, boolean]) => attached.push(how) },
    })
    let text = ''
    const events = { output: (piece: string) => (text += piece), exit: vi.fn(), restarted: vi.fn() }
    return { stream: new TerminalStream(bridge, 't', events), attached, events, text: () => text }
  }

  it('puts output into order, and keeps what comes before the answer', async () => {
    const { stream, text } = open()
    const attaching = stream.attach()
    stream.receive(output(1, 2, 3, 'def'))
    await attaching
    stream.receive(output(1, 1, 0, 'abc'))
    stream.receive(output(9, 3, 6, 'of another page'))
    stream.receive(output(1, 3, 6, 'ghi'))
    expect(text()).toBe('abcdefghi')
  })

  it('attaches again where it left off when something is missing', async () => {
    vi.useFakeTimers()
    try {
      const { stream, attached, events, text } = open()
      await stream.attach()
      stream.receive(output(1, 1, 100, 'abc'))
      stream.receive(output(1, 3, 200, 'xyz'))
      await vi.advanceTimersByTimeAsync(1000)
      expect(attached).toEqual([
        [0, false],
        [103, true],
      ])
      expect(events.restarted).toHaveBeenCalledOnce()
      stream.receive(output(2, 1, 103, 'def'))
      expect(text()).toBe('abcdef')
    } finally {
      vi.useRealTimers()
    }
  })

  it('ends with the exit code', async () => {
    const { stream, events } = open()
    await stream.attach()
    stream.receive({ ...output(1, 1, 0, 'bye'), exited: true, exitCode: 3 })
    stream.receive(output(1, 2, 3, 'late'))
    expect(events.exit).toHaveBeenCalledExactlyOnceWith(3)
  })
})

describe('layout', () => {
  const workspace = { id: 'w', path: '/w', name: 'w' }
  const terminal = (id: string): Terminal => ({ id, process: 1, title: id, shell: '/bin/bash', folder: '/w' })
  const numbers: Record<string, number> = { a: 1, b: 2, c: 3 }
  const numberOf = (id: string) => numbers[id] ?? 0
  const nameOf = (n: number) => Object.keys(numbers).find((id) => numbers[id] === n)

  it('puts the terminals that still run back, and the others into tabs of their own', () => {
    const saved = toSaved(
      {
        tabs: [
          {
            isActive: true,
            activePersistentProcessId: 2,
            terminals: [
              { relativeSize: 0.5, terminal: 1 },
              { relativeSize: 0.5, terminal: 2 },
            ],
          },
        ],
        background: null,
      },
      nameOf,
    )
    const stored = parseSaved(JSON.stringify(saved))
    const restored = toRestored(stored, [terminal('b'), terminal('c')], numberOf, workspace)
    const shape = restored.tabs.map((tab) => [tab.isActive, tab.terminals.map((t) => t.terminal?.id)])
    expect(shape).toEqual([
      [true, [2]],
      [false, [3]],
    ])
  })

  it.each([undefined, '', '{', '{"tabs":3}', 'null'])('takes %j for no layout', (stored) => {
    expect(parseSaved(stored)).toEqual({ tabs: [] })
  })
})
