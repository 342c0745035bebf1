// The program with a model that answers by a script, and its chat: what the
// tests of the agent stand on.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { startScripted } from './bedrock.mjs'
import { pathsBelow, textOf } from './files.mjs'
import { launchChromium, makeHome, openPage, startDisplay, startServed, until } from './harness.mjs'
import * as wb from './workbench.mjs'

/** Starts a display, a browser, a scripted model and the program, which asks that model. */
export async function startAgent(settings = {}, env = {}, browserArguments = []) {
  const display = await startDisplay()
  const browser = await launchChromium(browserArguments)
  const home = await makeHome()
  const model = await startScripted()
  await mkdir(home.config, { recursive: true })
  await writeFile(join(home.config, 'settings.json'), JSON.stringify({ ...model.settings, ...settings }))
  const self = {
    home,
    model,
    keel: undefined,
    page: undefined,
    chat: undefined,
    async start() {
      self.keel = await startServed(display, home, { env: { ...model.env, ...env } })
      self.page = await openPage(browser, self.keel)
      self.chat = wb.chat(self.page)
    },
    async stop() {
      await self.page?.context().close()
      await self.keel?.end()
    },
    async end() {
      await self.stop()
      await browser.close()
      await model.end()
      await display.end()
      await home.remove()
    },
    /** Starts a session of its own with the files as they were, and leaves what an earlier one does. */
    async anew() {
      const { chat } = self
      await chat.open()
      if (await chat.stop.isVisible()) {
        await chat.stop.click()
        await chat.stop.waitFor({ state: 'hidden' })
      }
      await home.reset()
      await chat.newSession()
      await chat.input.fill('')
    },
    /** Sends a message while a turn runs, and returns it where it waits. */
    async queue(text) {
      await self.chat.input.fill(text)
      await self.chat.input.press('Enter')
      await self.queued(text).waitFor()
    },
    /** Waits until a text is with Go, so that it outlives the page. */
    kept: (text) =>
      until(`${JSON.stringify(text)} is kept`, async () => {
        const paths = await pathsBelow(home.data)
        const files = paths.filter((path) => !dirname(path).includes('/checkpoints'))
        return (await Promise.all(files.map(textOf))).some((content) => content.includes(text))
      }),
    queued: (text) =>
      self.chat.log
        .getByRole('group', { name: 'You wrote' })
        .filter({ hasText: 'Queued for the next step' })
        .filter({ hasText: text }),
  }
  await self.start()
  return self
}

/** The card of a command in a turn. */
export const command = (turn) => turn.getByRole('region', { name: 'Command' }).last()

/** The card of a question in a turn. */
export const question = (turn) => turn.getByRole('group', { name: 'Question' }).last()

/** The button that lets a command run. */
export const runButton = (turn) => command(turn).getByRole('button', { name: 'Run', exact: true })

/** The processes that have exactly this command line. */
export async function running(commandLine) {
  const wanted = commandLine.replaceAll(' ', '\0') + '\0'
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(
    names.map((name) => readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '')),
  )
  return names.filter((_, i) => lines[i] === wanted)
}

/** Waits until an input holds this text. */
export const holdsText = (input, text) =>
  until(`the input holds ${JSON.stringify(text)}`, async () => (await input.inputValue()) === text)
