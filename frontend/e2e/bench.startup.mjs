// How long the installed app takes from its process to an editor that can be typed in,
// and what it holds and does while nobody does anything; and the same of code-server in
// Chromium, in turn, on the same folder. The versions that are compared are pinned here.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort, launchChromium, makeHome, product, start, top, until } from './harness.mjs'

const rounds = Number(process.env.KEEL_ROUNDS ?? 7)
const rest = Number(process.env.KEEL_REST ?? 60) * 1000
const other = { 'code-server': '4.139.1', node: '24.9.0' }

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
const sleep = (time) => new Promise((done) => setTimeout(done, time))

/** The processes of a session, and what they began: a browser's are in sessions of their own. */
function family(pid) {
  const parents = new Map()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    try {
      const [, , parent] = /^\d+ \(.*\) (\S) (\d+)/s.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))
      parents.set(Number(name), Number(parent))
    } catch {
      // it has ended meanwhile
    }
  }
  const found = new Set([pid])
  for (let grown = true; grown;) {
    grown = false
    for (const [child, parent] of parents) {
      if (!found.has(parent) || found.has(child)) continue
      found.add(child)
      grown = true
    }
  }
  return [...found]
}

/** What the processes hold in MiB, each shared page counted once, and their processor time in ms. */
function usage(pids) {
  let kilobytes = 0
  let ticks = 0
  for (const pid of pids) {
    try {
      kilobytes += Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1])
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ')
      ticks += Number(fields[11]) + Number(fields[12])
    } catch {
      // it has ended meanwhile
    }
  }
  return { memory: kilobytes / 1024, time: ticks * 10 }
}

/** Waits, and tells what the processes hold then and how much of a core they took in half a minute. */
async function resting(pids) {
  await sleep(rest)
  const before = usage(pids())
  const begun = performance.now()
  await sleep(rest / 2)
  const after = usage(pids())
  return {
    memory: after.memory,
    core: Math.max(0, after.time - before.time) / (performance.now() - begun),
  }
}

async function startKeel(display, home, look) {
  const keel = start(product, [home.folder], {
    env: { ...home.env, DISPLAY: display.name, KEEL_TIMINGS: '1' },
  })
  try {
    const took = await until('the window has told its timings', () => {
      if (keel.exit()) throw new Error(`Keel ended: ${keel.output()}`)
      const told = /editor usable (\d+) ms/.exec(keel.output())
      return told && Number(told[1])
    })
    return { took, at: look && (await resting(() => family(keel.pid))) }
  } finally {
    await keel.end()
  }
}

/** code-server as npm has it, with the Node that it asks for. */
async function installOther() {
  const folder = join(top, 'build/out/code-server')
  const node = join(folder, 'node_modules/node/bin')
  const env = { ...process.env, PATH: `${node}:${process.env.PATH}` }
  if (!existsSync(join(folder, 'node_modules/code-server/out/node/entry.js'))) {
    await mkdir(folder, { recursive: true })
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
    for (const [name, version] of [
      ['node', other.node],
      ['code-server', other['code-server']],
    ])
      execFileSync('npm', ['install', '--save-exact', '--no-fund', '--no-audit', `${name}@${version}`], {
        cwd: folder,
        env,
        stdio: 'inherit',
      })
  }
  return { program: join(folder, 'node_modules/.bin/code-server'), env }
}

async function startOther({ program, env }, home, look) {
  const port = await freePort()
  const before = new Set(family(process.pid))
  const begun = performance.now()
  const state = join(home.home, 'code-server')
  const server = start(
    program,
    [`--bind-addr=127.0.0.1:${port}`, '--auth=none', '--disable-telemetry', '--disable-update-check']
      .concat([
        '--disable-workspace-trust',
        `--user-data-dir=${state}`,
        `--extensions-dir=${state}/extensions`,
      ])
      .concat(home.folder),
    { env: { ...env, HOME: home.home, XDG_CONFIG_HOME: join(home.home, 'config') } },
  )
  const browser = await launchChromium()
  try {
    await until('code-server answers', () => {
      if (server.exit()) throw new Error(`code-server ended: ${server.output()}`)
      return /HTTP server listening/i.test(server.output())
    })
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
    await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(home.folder)}`)
    await page.waitForFunction(
      () => performance.getEntriesByName('code/didStartWorkbench').length > 0,
      undefined,
      { polling: 'raf', timeout: 120_000 },
    )
    const took = performance.now() - begun
    const at = look && (await resting(() => family(process.pid).filter((pid) => !before.has(pid))))
    return { took, at }
  } finally {
    await browser.close()
    await server.end()
  }
}

/** Whether the system's cache of files could be emptied, for a first start after booting. */
function emptyCaches() {
  try {
    execFileSync('sync')
    writeFileSync('/proc/sys/vm/drop_caches', '3')
    return true
  } catch {
    return false
  }
}

export async function startup(display, row) {
  const [keel, code] = [await makeHome(), await makeHome()]
  const ms = (value) => `${value.toFixed(0)} ms`
  const tell = (what, took, at) =>
    row(
      what,
      `${took}${at ? `; at rest ${at.memory.toFixed(0)} MiB, ${(at.core * 100).toFixed(1)} % of a core` : ''}`,
    )
  try {
    const installed = await installOther()
    const times = { keel: [], code: [] }
    for (let i = 0; i <= rounds; i++) {
      const a = await startKeel(display, keel)
      const b = await startOther(installed, code)
      if (i === 0) continue // the first fills the caches, and makes what is made once
      times.keel.push(a.took)
      times.code.push(b.took)
    }
    const [last, lastOther] = [await startKeel(display, keel, true), await startOther(installed, code, true)]
    tell(`process to usable editor, warm, median of ${rounds}`, ms(median(times.keel)), last.at)
    tell('  code-server and Chromium', ms(median(times.code)), lastOther.at)
    row('  Keel over code-server', (median(times.keel) / median(times.code)).toFixed(2))
    if (!emptyCaches()) return row('  cold', 'only root can empty the cache of files')
    const cold = await startKeel(display, keel)
    emptyCaches()
    const coldOther = await startOther(installed, code)
    row('  cold', `${ms(cold.took)}; code-server and Chromium ${ms(coldOther.took)}`)
  } finally {
    await keel.remove()
    await code.remove()
  }
}
