// What a person does in the window, by the names that are read out to them.
import assert from 'node:assert/strict'
import { picture, until } from './harness.mjs'

/** Presses a key, or the keys of a chord one after the other. */
export async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key)
}

export const explorer = (page) => page.getByRole('tree', { name: 'Files Explorer' })

/** A file or folder in the explorer. */
export const inExplorer = (page, name) => explorer(page).getByRole('treeitem', { name, exact: true })

/** The tab of an editor, by its title. */
export const tab = (page, title) => page.getByRole('main').getByRole('tab', { name: title }).first()

/** The lines of the active editor. */
export const lines = (page) =>
  page.locator('.editor-group-container.active .monaco-editor .view-lines').last()

/** What the active editor shows, as plain text. */
export async function shownText(page) {
  const text = await lines(page).innerText()
  return text.replaceAll('\u00a0', ' ')
}

/** Saves the active editor and waits until it is no longer marked as changed. */
export async function save(page) {
  await press(page, 'Control+S')
  await saved(page)
}

export const saved = (page) => page.locator('.tab.active.dirty').waitFor({ state: 'detached' })

export const quickInput = (page) => page.locator('.quick-input-widget')

/**
 * Types into the quick input and takes one of its rows. Quick open answers from
 * the list of the last time until it has the new one, and looks again only when
 * a key is pressed: a file that is only just there needs a second try.
 */
async function choose(page, text, row) {
  const input = quickInput(page).getByRole('textbox')
  const found = quickInput(page).getByRole('option', { name: row }).first()
  const none = quickInput(page).getByText(/^No matching/)
  await input.waitFor()
  await until(`quick input offers ${row} for ${JSON.stringify(text)}`, async () => {
    if ((await input.inputValue()) !== text) await input.fill(text)
    await found.or(none).first().waitFor({ timeout: 5000 })
    if (await found.isVisible()) return true
    await input.fill(text.slice(0, -1))
    return false
  })
  await found.click()
}

/** Opens a file by its name, with quick open. */
export async function openFile(page, name) {
  await press(page, 'Control+P')
  await choose(page, name, new RegExp(`^${name.split('/').pop().replaceAll('.', '\\.')}`))
  await quickInput(page).waitFor({ state: 'hidden' })
  await tab(page, name.split('/').pop()).waitFor()
  await lines(page).waitFor()
}

/** Runs a command by its title, with the command palette. */
export async function runCommand(page, title) {
  await chooseCommand(page, title)
  await quickInput(page).waitFor({ state: 'hidden' })
}

/** Runs a command that asks something in turn, and waits until it does, under this heading. */
export async function askCommand(page, title, heading) {
  await chooseCommand(page, title)
  await asks(page, heading)
}

/** Waits until the quick input has this heading. */
export async function asks(page, heading) {
  await quickInput(page).locator('.quick-input-title', { hasText: heading }).waitFor()
}

async function chooseCommand(page, title) {
  await press(page, 'Control+Shift+P')
  await choose(page, `>${title}`, new RegExp(`^${title.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`))
}

export async function closeEditors(page) {
  await runCommand(page, 'View: Close All Editors')
  const ask = page.getByRole('dialog').getByRole('button', { name: /don't save/i })
  await until('all editors are closed', async () => {
    if (await ask.isVisible()) await ask.click()
    return (await page.getByRole('main').getByRole('tab').count()) === 0
  })
}

/** Opens the settings editor and searches in it; returns the one setting with this title. */
export async function findSetting(page, title) {
  await press(page, 'Control+,')
  const search = page.getByRole('textbox', { name: /^Search settings/ })
  await until('the settings search has the keyboard', () =>
    search.first().evaluate((element) => element === document.activeElement),
  )
  await press(page, 'Control+A')
  await page.keyboard.type(title)
  const setting = page.locator('.settings-editor .setting-item-contents', { hasText: title }).first()
  await setting.waitFor()
  return setting
}

/** Chooses a colour theme by its name. In the first moments of a page the list is still empty. */
export async function chooseTheme(page, name) {
  const option = quickInput(page).getByRole('option', { name: new RegExp(`^${name}$|^${name},`) })
  await until(`the theme ${name} is offered`, async () => {
    await press(page, 'Escape', 'Control+K', 'Control+T')
    await quickInput(page).getByRole('textbox').fill(name, { timeout: 2000 })
    await option.first().click({ timeout: 2000 })
    return true
  })
  await quickInput(page).waitFor({ state: 'hidden' })
}

/** A toast with this text. */
export const toast = (page, text) =>
  page.locator('.notifications-toasts .notification-list-item', { hasText: text })

export async function clearToasts(page) {
  await runCommand(page, 'Notifications: Clear All Notifications')
}

export const terminalText = (page) =>
  page.locator('.terminal-wrapper.active .xterm-rows, .terminal.xterm .xterm-rows').last()

/** The chat, as a person finds it. */
export function chat(page) {
  const log = page.getByRole('log', { name: 'Conversation' })
  const input = page.getByRole('textbox', { name: 'Message to the agent' })
  const turns = log.getByRole('article', { name: 'Message and reply' })
  const self = {
    log,
    input,
    turns,
    last: turns.last(),
    stop: page.getByRole('button', { name: 'Stop (Escape)' }),
    mode: page.getByRole('button', { name: /^Mode: / }),
    model: page.getByRole('button', { name: /^Model: / }),
    /** Opens the chat by its key; again when something else has just taken the keyboard. */
    async open() {
      const focused = () => input.evaluate((element) => element === document.activeElement)
      await until('the chat has the keyboard', async () => {
        if ((await input.isVisible()) && (await focused())) return true
        await press(page, 'Control+L')
        return false
      })
    },
    /** Sends a prompt and returns its turn, which may still be running. */
    async send(prompt) {
      const before = await turns.count()
      await input.fill(prompt)
      await input.press('Enter')
      const turn = turns.nth(before)
      await turn.waitFor()
      return turn
    },
    /** Sends a prompt and waits until its turn has ended. */
    async run(prompt) {
      const turn = await self.send(prompt)
      await self.ended(turn)
      return turn
    },
    async ended(turn = self.last) {
      await until('the turn has ended', async () => (await turn.getAttribute('aria-busy')) !== 'true')
      await self.stop.waitFor({ state: 'hidden' })
    },
    /** Switches to a mode, "Autopilot" or "Supervised". */
    async setMode(mode) {
      await until(`the mode is ${mode}`, async () => {
        const label = await self.mode.getAttribute('aria-label')
        if (label.includes(mode)) return true
        await self.mode.click()
        return false
      })
    },
    async newSession() {
      await page.getByRole('button', { name: 'New session', exact: true }).click()
      await log.getByRole('heading', { name: 'What shall we change?' }).waitFor()
    },
  }
  return self
}

/** Waits until what the window shows is stored, with this text in it: only then a reload brings it back. */
export const stored = (page, text) =>
  until(`${JSON.stringify(text)} is stored`, () =>
    page.evaluate(async (text) => {
      const values = await globalThis.go.bind.Storage.Load('workspace')
      return JSON.stringify(values).includes(text)
    }, text),
  )

/** Waits until nothing moves any more: two frames that look the same. */
export async function settled(page) {
  let before = Buffer.alloc(0)
  await until('the window is still', async () => {
    const now = await page.screenshot({ caret: 'hide', animations: 'disabled' })
    const same = now.equals(before)
    before = now
    return same
  })
}

/**
 * Opens the context menu of something, and gives one of its entries. What takes
 * the focus in the meantime, as an editor that is still opening does, closes
 * the menu again: it is asked for until it stays.
 */
export async function contextMenu(page, target, name) {
  const entry = page.getByRole('menuitem', { name, exact: typeof name === 'string' }).first()
  await until(`the context menu offers ${name}`, async () => {
    await target.click({ button: 'right', timeout: 5000 })
    await entry.waitFor({ timeout: 5000 })
    return true
  })
  return entry
}

/** Chooses in the context menu of something. */
export async function chooseInMenu(page, target, name) {
  await pressWhenReady(await contextMenu(page, target, name))
}

/** A button that ignores the first moment, so that nothing is agreed to by mistake. */
export async function pressWhenReady(button) {
  await button.waitFor()
  await until('the button did what it says', async () => {
    if (!(await button.isVisible())) return true
    await button.click({ timeout: 2000 })
    return false
  })
}

/** Errors that are not Keel's. */
const known = [
  // The overlay of Wails' development server; the product has none.
  /reading 'nodes'\)[^]*\/wails\/ipc\.js/,
  // Its socket is open before the page's side of it is loaded: an event of that
  // moment reaches nobody. The page asks for everything once it listens.
  /reading 'EventsNotify'\)[^]*\/wails\/ipc\.js/,
  // VS Code's worker for colours answers for a text that was replaced in the
  // meantime, as when another program writes it; the next answer colours it.
  /(reading 'parent'|null\/undefined state)[^]*\.setTokensAndStates/,
  // Or for a document that was closed in the meantime, as a proposal is once it is decided.
  /Model is disposed![^]*\.setTokensAndStates/,
]

/** Ends a test: keeps a picture of what failed, and fails for errors in the page that are not known. */
export async function conclude(page, context) {
  if (context.passed === false) await picture(page, `failed: ${context.name}`).catch(() => undefined)
  assertNoProblems(page)
}

/** Fails when the page had an error that is not known, and forgets it. */
export function assertNoProblems(page) {
  const unknown = page.problems.splice(0).filter((problem) => !known.some((each) => each.test(problem)))
  assert.deepEqual(unknown, [], 'errors in the page')
}
