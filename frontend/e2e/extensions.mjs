// What a person does with extensions, by the names that are read out to them.
import { until } from './harness.mjs'
import { press, pressWhenReady } from './workbench.mjs'

/** The Extensions view. */
export function extensions(page) {
  const view = page.locator('.extensions-viewlet')
  const input = view.locator('.monaco-editor').first()
  const row = (name) => view.getByRole('listitem').filter({ hasText: name }).first()
  const details = page.locator('.extension-editor')
  const dialog = page.locator('dialog.keel-modal')
  const self = {
    view,
    row,
    details,
    dialog,
    /** Opens the view by its key, and searches in it. */
    async search(text) {
      await until('the search field is there', async () => {
        if (await input.isVisible()) return true
        await press(page, 'Control+Shift+X')
        return false
      })
      await until(`${JSON.stringify(text)} stands in the search field`, async () => {
        const now = (await view.locator('.view-lines').first().innerText()).replaceAll('\u00a0', ' ')
        if (now.trim() === text) return true
        await input.click()
        await press(page, 'Control+A')
        await page.keyboard.insertText(text)
        return false
      })
    },
    /** Searches, and returns the row of the one with this name. */
    async find(text, name) {
      await self.search(text)
      await row(name).waitFor()
      return row(name)
    },
    /** A button of an extension in the list. */
    button: (name, label) => row(name).getByRole('button', { name: label }),
    /** Opens the details page. */
    async open(text, name) {
      const found = await self.find(text, name)
      await until(`the page of ${name} is open`, async () => {
        if (await details.getByText(name, { exact: true }).first().isVisible()) return true
        await found.locator('.name').click()
        return false
      })
      return details
    },
    /** A button of the details page, by what it shows: what is read out says more. */
    act: (label) =>
      details
        .locator('.extension-action:not(.hide):not(.disabled)')
        .filter({ hasText: new RegExp(`^${label}$`) })
        .first(),
    /** Presses Install in the list, and waits for the question. */
    async ask(text, name) {
      await self.find(text, name)
      await until(`it is asked about ${name}`, async () => {
        if (await dialog.isVisible()) return true
        await self
          .button(name, /^Install/)
          .first()
          .click({ timeout: 5000 })
        return false
      })
      return dialog
    },
    /** Agrees to what is asked, and waits until it is gone. */
    async agree(button = /^(Trust|Install|Update)/) {
      await pressWhenReady(dialog.getByRole('button', { name: button }))
      await dialog.waitFor({ state: 'detached' })
    },
    /** Installs, agreeing to the plan, and closes the choice of a theme that may follow. */
    async install(text, name) {
      await self.ask(text, name)
      await self.agree()
      await self.installed(name)
    },
    installed: (name) => row(name).locator('.extension-action.manage:not(.hide)').waitFor(),
  }
  return self
}
