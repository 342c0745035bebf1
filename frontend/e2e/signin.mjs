// A window of Keel in the internet of the sign-in tests, with a keychain, and what a
// person does there to sign in.
import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  enterCodeAtGitHub,
  joinAccounts,
  openBrowser,
  people,
  signInAtGoogle,
  startAccounts,
  throughKeyring,
} from './accounts.mjs'
import { launchChromium, makeHome, openPage, startDisplay, startServed, until } from './harness.mjs'
import * as wb from './workbench.mjs'

/** Starts the internet with these stand-ins, a display, and the person's browser. */
export async function startInternet(standIns = {}) {
  const display = await startDisplay()
  const chromium = await launchChromium()
  const world = await startAccounts({ interval: '1ms', ...standIns })
  return {
    display,
    chromium,
    world,
    browser: await openBrowser(chromium, world),
    async end() {
      await chromium.close()
      await world.end()
      await display.end()
    },
  }
}

/**
 * Starts Keel in a home of its own. keyring: on a bus with an open one; settings:
 * beside those that lead to the internet; browser: there is one to open; words: a
 * command that it runs; look: the window's size and colours.
 */
export async function startWindow(
  internet,
  { settings = {}, env = {}, keyring = true, browser = true, words = '', look = {} } = {},
) {
  const { display, chromium, world } = internet
  const home = await makeHome()
  const person = await joinAccounts(home, world, settings, words)
  if (!browser) person.env.PATH = await withoutBrowser(home)
  const self = {
    home,
    person,
    keel: undefined,
    page: undefined,
    chat: undefined,
    async start() {
      self.keel = await startServed(display, home, {
        env: { AWS_EC2_METADATA_DISABLED: 'true', ...person.env, ...env },
        through: keyring ? throughKeyring : [],
      })
      self.page = await openPage(chromium, self.keel, look)
      self.chat = wb.chat(self.page)
    },
    async stop() {
      await self.page?.context().close()
      if (!self.keel) return
      await self.keel.end()
      // What ends first is the bus: a Keel that still runs would take over from the next one.
      await until('Keel has ended', async () => !(await groupRuns(self.keel.pid)))
    },
    async restart() {
      await self.stop()
      await self.start()
    },
    async end() {
      await self.stop()
      await home.remove()
    },
    /** The step of a sign-in that has this title. */
    step: (title) => self.page.getByRole('group', { name: title }),
    /** A button of the chat's empty state. */
    offer: (service) =>
      self.page.getByRole('group', { name: 'Sign in', exact: true }).getByRole('button', { name: service }),
    /** The accounts that the chat's empty state names. */
    signedIn: () => self.page.getByRole('list', { name: 'Accounts', exact: true }).getByRole('listitem'),
    /** Opens the page of the accounts. */
    async showAccounts() {
      await wb.runCommand(self.page, 'Keel: Show Accounts')
      await self.accounts().getByRole('heading', { name: 'Accounts', exact: true }).waitFor()
    },
    /** Signs in at Google from the chat's empty state, with the client's secret where it is missing. */
    async beginGoogle() {
      await self.offer(/^Sign in with Google/).click()
      const needs = self.step('Google needs a client secret first')
      await needs.or(self.step('Signing in with Google')).waitFor()
      if (!(await needs.isVisible())) return
      await needs.getByRole('button', { name: 'Enter the client secret' }).click()
      await wb.asks(self.page, 'Client secret: Google')
      await wb.quickInput(self.page).getByRole('textbox').fill(world.clients.google.secret)
      await wb.press(self.page, 'Enter')
      await needs.waitFor({ state: 'detached' })
      await self.offer(/^Sign in with Google/).click()
    },
    /** Signs in at Google, as Ada, and waits until the window says so. */
    async signInWithGoogle() {
      await self.beginGoogle()
      const page = await signInAtGoogle(internet.browser, await person.next())
      await page.close()
      await self.signedIn().filter({ hasText: people.ada.name }).waitFor()
    },
    /** Signs in at GitHub from the chat's empty state, and waits until the window says so. */
    async signInWithGitHub() {
      await self.offer(/^Sign in with GitHub/).click()
      await self.enterCode()
      await self.signedIn().filter({ hasText: 'The Octocat' }).waitFor()
    },
    /** Writes Keel's settings while it runs: those that lead to the internet, and more. */
    configure: (more = {}) =>
      writeFile(join(home.config, 'settings.json'), JSON.stringify({ ...world.settings, ...more }, null, 2)),
    /** Types the code that the window shows in at GitHub. */
    async enterCode() {
      const step = self.step('Signing in with GitHub').first()
      const page = await enterCodeAtGitHub(internet.browser, await codeOf(step))
      await page.close()
      await step.waitFor({ state: 'detached' })
    },
    /** Lets git reach the internet too, by the user's own configuration of it. */
    trustGit: () =>
      writeFile(
        join(home.home, '.gitconfig'),
        `[http]\n\tproxy = ${world.proxy}\n\tsslCAInfo = ${world.certificates}\n`,
      ),
    /** Runs a command in Keel's terminal and waits for what it ends with. */
    async inTerminal(line, ends) {
      const { page } = self
      const shown = wb.terminalText(page)
      const text = async () => (await shown.innerText()).replaceAll('\u00a0', ' ')
      await until('the terminal has the keyboard', async () => {
        const has = () => document.activeElement?.classList.contains('xterm-helper-textarea')
        if (await page.evaluate(has)) return true
        await wb.runCommand(page, 'Terminal: Focus Terminal')
        return false
      })
      await until('a prompt', async () => /\$|#/.test(await text()))
      await page.keyboard.type(`clear; ${line}\n`)
      await until(`the terminal shows ${ends}`, async () => ends.test(await text()))
    },
    accounts: () => self.page.getByRole('main'),
    /** The card of an account on that page. */
    card: (name) => self.accounts().getByRole('listitem', { name, exact: true }),
    /** Signs out there, and agrees. */
    async signOut(name, label) {
      await self
        .card(name)
        .getByRole('button', { name: `Sign out: ${label}` })
        .click()
      const dialog = self.page.getByRole('dialog')
      await dialog.getByText(`as ${label}?`).waitFor()
      await dialog.getByRole('button', { name: 'Sign Out' }).click()
      await self.card(name).waitFor({ state: 'detached' })
    },
  }
  await self.start()
  return self
}

/** A folder with the repository octocat/hello as a server keeps it. */
export async function makeRepositories() {
  const folder = await mkdtemp(join(tmpdir(), 'keel-repositories-'))
  const work = join(folder, 'work')
  const git = (...args) => execFileSync('git', args, { stdio: 'pipe' })
  const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com']
  git('init', '--quiet', '--initial-branch=main', work)
  await writeFile(join(work, 'hello.txt'), 'Hello, world.\n')
  git('-C', work, 'add', '.')
  git('-C', work, ...author, 'commit', '--quiet', '--message', 'hello')
  await mkdir(join(folder, 'octocat'))
  git('clone', '--quiet', '--bare', work, join(folder, 'octocat/hello.git'))
  await rm(work, { recursive: true })
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** A command that clones it, and says how that ended. */
export const clone = (into) =>
  `GIT_TERMINAL_PROMPT=0 git clone https://github.com/octocat/hello.git ${into}; echo "ended $?"`

/** A folder with the programs of this machine but those that open addresses. */
async function withoutBrowser(home) {
  const folder = join(home.home, 'few-programs')
  await mkdir(folder)
  const browsers = new Set(['xdg-open', 'x-www-browser', 'www-browser', 'sensible-browser'])
  const seen = new Set(browsers)
  for (const from of process.env.PATH.split(':')) {
    for (const name of await readdir(from).catch(() => [])) {
      if (seen.has(name)) continue
      seen.add(name)
      await symlink(join(from, name), join(folder, name))
    }
  }
  return folder
}

/** Whether a process of a group still runs; one that nobody has waited for yet does not. */
export async function groupRuns(group) {
  for (const name of await readdir('/proc')) {
    const stat = /^\d+$/.test(name) && (await readFile(`/proc/${name}/stat`, 'latin1').catch(() => ''))
    const [, state, of] = /^\d+ \(.*\) (\S) \d+ (\d+)/s.exec(stat) ?? []
    if (Number(of) === group && state !== 'Z') return true
  }
  return false
}

/** Where the browser is to come back to, of the address of a sign-in. */
export const comingBack = (address) => new URL(new URL(address).searchParams.get('redirect_uri'))

/** Whether anything listens at an address on this machine. */
export function listens({ hostname, port }) {
  return new Promise((done) => {
    const socket = connect({ host: hostname.replaceAll(/[[\]]/g, ''), port: Number(port) })
    socket.on('connect', () => socket.destroy(done(true)))
    socket.on('error', () => done(false))
  })
}

/** Waits until nothing listens at an address any more. */
export const closed = (address) =>
  until(`nothing listens at ${address.host}`, async () => !(await listens(address)))

/**
 * Signs in at Google on another machine, where Keel does not listen, and returns the
 * address that the browser came to.
 */
export async function signInElsewhere({ chromium, world }, address, options) {
  // There, this machine's own addresses go to the proxy too, which refuses them.
  const proxy = { server: world.proxy, bypass: '<-loopback>' }
  const browser = await chromium.newContext({ proxy, ignoreHTTPSErrors: true })
  const page = await signInAtGoogle(browser, address, options)
  await page.getByText('This host is not let through.').waitFor()
  const came = page.url()
  await browser.close()
  return came
}

/** The letters of a code that is shown. */
export async function codeOf(step) {
  const code = step.getByRole('img', { name: /^Code: / })
  await code.waitFor()
  return (await code.innerText()).trim()
}
