// How much twenty installed extensions add to the time until a person can type: the
// product's own window is started in turn without any and with twenty, on the same
// folder, in one run.
import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeHome, product, start, until } from './harness.mjs'
import { pack } from './registry.mjs'

const rounds = Number(process.env.KEEL_ROUNDS ?? 9)
const kinds = ['theme', 'icons', 'grammar', 'snippets', 'keymap', 'web']
const count = 20

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]

/** Installs twenty extensions of all kinds, each under a name of its own. */
async function install(home) {
  const folder = await mkdtemp(join(tmpdir(), 'keel-bench-'))
  try {
    for (let i = 0; i < count; i++) {
      const file = join(folder, `${i}.vsix`)
      const { vsix } = await pack(kinds[i % kinds.length], {
        change: (manifest) => {
          manifest.name = `${manifest.name}-${i}`
        },
      })
      await writeFile(file, vsix)
      execFileSync(product, ['extension', 'install', file, '--yes'], { env: home.env })
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Starts the window and returns how long it took until an editor could be used, in ms. */
async function startOnce(display, home) {
  const keel = start(product, [home.folder], {
    env: { ...home.env, DISPLAY: display.name, KEEL_TIMINGS: '1' },
  })
  try {
    return await until('the window has told its timings', () => {
      if (keel.exit()) throw new Error(`Keel ended: ${keel.output()}`)
      const told = /editor usable (\d+) ms/.exec(keel.output())
      return told && Number(told[1])
    })
  } finally {
    await keel.end()
  }
}

export async function extensions(display, row) {
  const [without, having] = [await makeHome(), await makeHome()]
  try {
    await install(having)
    const times = { without: [], having: [] }
    for (let i = 0; i <= rounds; i++) {
      const a = await startOnce(display, without)
      const b = await startOnce(display, having)
      if (i === 0) continue // the first fills the caches
      times.without.push(a)
      times.having.push(b)
    }
    const [a, b] = [median(times.without), median(times.having)]
    row(`start until an editor is usable, median of ${rounds}`, `${a} ms`)
    row(`  with ${count} extensions installed`, `${b} ms (${b >= a ? '+' : ''}${b - a} ms)`)
  } finally {
    await without.remove()
    await having.remove()
  }
}
