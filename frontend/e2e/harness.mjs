// What every end-to-end test stands on: a display, a workspace, the program,
// a browser. Everything is started on free ports and in folders of its own, and
// is ended by its process id.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const top = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const pictures = join(top, 'build/out/pictures')

/** What is tested: the product, the variant that serves its page, and the page it serves. */
export const product = process.env.KEEL_PRODUCT ?? join(top, 'build/bin/keel')
export const devProgram = process.env.KEEL_DEV ?? join(top, 'build/bin/keel-dev')
const page = process.env.KEEL_DIST ?? join(top, 'frontend/dist')

/** A generous limit: machines that run tests are slow and noisy. */
export const patience = Number(process.env.KEEL_PATIENCE ?? 60_000)

/** Waits until probe returns something true, and returns it. */
export async function until(what, probe, limit = patience) {
  const end = Date.now() + limit
  let last
  while (Date.now() < end) {
    try {
      const found = await probe()
      if (found) return found
    } catch (cause) {
      last = cause
    }
    await new Promise((done) => setTimeout(done, 100))
  }
  throw new Error(`never came true: ${what}${last ? ` (${last.message})` : ''}`)
}

/** Starts a program that end() stops, with its output kept for the error message. */
export function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], detached: true, ...options })
  let output = ''
  let exit = null
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data) => {
      output = (output + data).slice(-200_000)
    })
  }
  const ended = new Promise((done) =>
    child.on('exit', (code, signal) => {
      exit = { code, signal }
      done(exit)
    }),
  )
  child.on('error', (cause) => {
    output += String(cause)
    exit ??= { code: -1, signal: null }
  })
  return {
    pid: child.pid,
    stdin: child.stdin,
    ended,
    output: () => output,
    exit: () => exit,
    async end(signal = 'SIGTERM') {
      if (exit === null) {
        try {
          process.kill(-child.pid, signal)
        } catch {
          child.kill(signal)
        }
        const timer = setTimeout(() => {
          try {
            process.kill(-child.pid, 'SIGKILL')
          } catch {
            // It has ended by itself.
          }
        }, 5000)
        await ended
        clearTimeout(timer)
      }
      return exit
    },
  }
}

export async function freePort() {
  const server = createServer()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address()
  await new Promise((done) => server.close(done))
  return port
}

/** A virtual display with a window manager. */
export async function startDisplay(size = '1280x800') {
  const child = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const number = await new Promise((done, fail) => {
    child.on('error', fail)
    child.on('exit', (code) => fail(new Error(`Xvfb ended with ${code}`)))
    child.stdio[3].once('data', (data) => done(String(data).trim()))
  })
  const name = `:${number}`
  const manager = start('openbox', ['--sm-disable'], { env: { ...process.env, DISPLAY: name } })
  return {
    name,
    async end() {
      await manager.end()
      const gone = new Promise((done) => child.on('exit', done))
      child.removeAllListeners('error')
      child.kill()
      await gone
    },
  }
}

/** Trusts folders as the user did earlier, and no others; before Keel starts. */
export async function trustFolders(home, ...folders) {
  await mkdir(home.data, { recursive: true, mode: 0o700 })
  const file = join(home.data, 'trusted-folders.json')
  await writeFile(file, JSON.stringify({ folders }, null, 2), { mode: 0o600 })
}

/**
 * A home of its own and a copy of the sample workspace, which is trusted unless
 * a test wants to be asked about it.
 */
export async function makeHome({ trusted = true } = {}) {
  const home = await mkdtemp(join(tmpdir(), 'keel-e2e-'))
  const folder = join(home, 'sample')
  await cp(join(top, 'build/sample'), folder, { recursive: true })
  for (const name of ['config', 'data', 'cache', 'runtime', 'temporary'])
    await mkdir(join(home, name), { mode: 0o700 })
  const go = (name) => execFileSync('go', ['env', name], { encoding: 'utf8' }).trim()
  const made = {
    home,
    folder,
    config: join(home, 'config/keel'),
    data: join(home, 'data/keel'),
    env: {
      PATH: process.env.PATH,
      LANG: 'C.UTF-8',
      HOME: home,
      SHELL: '/bin/bash',
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'data'),
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_RUNTIME_DIR: join(home, 'runtime'),
      // Beside Keel's data: a command gets no new files in a folder that holds those.
      TMPDIR: join(home, 'temporary'),
      GOCACHE: go('GOCACHE'),
      GOPATH: go('GOPATH'),
      GOMODCACHE: go('GOMODCACHE'),
      GOTOOLCHAIN: 'local',
      GOFLAGS: '-mod=mod',
    },
    read: (name) => readFile(join(folder, name), 'utf8'),
    /** Puts the workspace back to the sample, file by file: the folder itself is watched. */
    async reset() {
      const sample = join(top, 'build/sample')
      for (const name of await readdir(folder)) {
        if (!existsSync(join(sample, name))) await rm(join(folder, name), { recursive: true })
      }
      await cp(sample, folder, { recursive: true })
    },
    remove: () => rm(home, { recursive: true, force: true, maxRetries: 5 }),
  }
  if (trusted) await trustFolders(made, folder)
  return made
}

/**
 * The program with its page served to a browser. through is a command before
 * it; program stands for the one that was built; uid and gid are who runs it.
 */
export async function startServed(display, home, options = {}) {
  const { folder = home.folder, env = {}, through = [], program = devProgram, ...rest } = options
  const port = await freePort()
  const [command, ...args] = [...through, program, ...(folder ? [folder] : [])]
  const keel = start(command, args, {
    ...rest,
    env: {
      ...home.env,
      DISPLAY: display.name,
      assetdir: page,
      devserver: `127.0.0.1:${port}`,
      ...env,
    },
  })
  const address = `http://127.0.0.1:${port}/`
  await until('the page is served', async () => {
    if (keel.exit()) throw new Error(`Keel ended: ${keel.output()}`)
    return (await fetch(address)).ok
  })
  return { ...keel, address }
}

/** Starts Keel again with a folder, which the running window is to show in place of its own. */
export async function tellRunning(display, home, folder, options = {}) {
  const second = start(devProgram, ['--reuse-window', folder], {
    ...options,
    env: { ...home.env, DISPLAY: display.name },
  })
  await until('the second start has ended', () => second.exit())
  if (second.exit().code !== 0) throw new Error(`the second start failed: ${second.output()}`)
}

export function launchChromium(more = []) {
  return chromium.launch({
    executablePath: process.env.KEEL_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  })
}

/** Opens the page and waits until the workbench is usable. watch is given the page before it loads. */
export async function openPage(browser, served, options = {}) {
  const { width = 1280, height = 800, colorScheme = 'dark', watch } = options
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    permissions: ['clipboard-read', 'clipboard-write'],
  })
  context.setDefaultTimeout(patience)
  const page = await context.newPage()
  page.problems = []
  page.on('pageerror', (cause) => page.problems.push(String(cause.stack ?? cause)))
  await watch?.(page)
  await page.goto(served.address)
  await usable(page)
  return page
}

/** Loads the page again and waits until the workbench is usable. */
export async function reload(page) {
  await page.reload()
  await usable(page)
}

/** The chat is the last to appear, and without a folder it asks for one. */
async function usable(page) {
  await page.locator('.monaco-workbench').waitFor()
  const input = page.getByRole('textbox', { name: 'Message to the agent', disabled: false })
  await input.or(page.getByRole('heading', { name: 'Open a folder to start' })).waitFor()
}

export async function picture(page, name) {
  await mkdir(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name.replaceAll(/[^\w-]+/g, '-')}.png`) })
}

/** Two of the looks that pictures are made in, the first and the last; with KEEL_LOOKS=all each of them. */
export function looksOf(all) {
  return process.env.KEEL_LOOKS === 'all' ? all : [all[0], all.at(-1)]
}
