// What a person does with the things that a message points at: the picker behind
// "#", the chips above the input, their preview, and what is dropped.
import { readFile } from 'node:fs/promises'
import { until } from './harness.mjs'
import { texts } from './bedrock.mjs'
import * as wb from './workbench.mjs'

export const picker = (page) => page.getByRole('listbox', { name: 'What to point at' })
export const options = (page) => picker(page).getByRole('option')
export const active = (page) => picker(page).getByRole('option', { selected: true })

/** The chips of the message that is being written, and those of a sent one. */
export const chips = (page) => page.getByRole('list', { name: 'What this message points at' })
export const sentChips = (turn) => turn.getByRole('list', { name: 'What it pointed at' })
export const pictures = (page) => page.getByRole('list', { name: 'Pictures in this message' })

/** A chip, by how its name begins: "File calc.go". */
export const chip = (within, name) =>
  within.getByRole('button', { name: new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`) })

/** Waits until a chip says how much it is, or why it is nothing. */
export async function says(within, name, what) {
  await until(`${name} says ${what}`, async () =>
    what.test(await chip(within, name).getAttribute('aria-label')),
  )
}

/** Types "#…" behind what is there, and chooses the line of this name with the keyboard. */
export async function pick(page, typed, name = typed) {
  await page.keyboard.type(`#${typed}`)
  await reach(page, name)
  await page.keyboard.press('Enter')
}

/** Goes through the lines until the one of this name is chosen. */
export async function reach(page, name) {
  const text = (line) => line.evaluate((each) => each.querySelector('.name').textContent)
  await until(`${name} is offered`, async () => {
    for (const line of await options(page).all()) if ((await text(line)) === name) return true
    return false
  })
  await until(`${name} is chosen`, async () => {
    if ((await text(active(page))) === name) return true
    await page.keyboard.press('ArrowDown')
    return false
  })
}

export const preview = (page) => page.getByRole('dialog', { name: /^Preview of / })

/** Opens the preview of a chip, and returns the text that it shows once that is all there. */
export async function previewed(page, target) {
  await target.click()
  const text = preview(page).getByRole('region', { name: /^What the model/ })
  await text.waitFor()
  await until('it is all there, and looked at', async () => {
    const busy = await preview(page).getByText('Looking again…').isVisible()
    return !busy && (await text.getAttribute('aria-busy')) === 'false'
  })
  return text.evaluate((each) => [...each.querySelectorAll('pre')].map((pre) => pre.textContent).join(''))
}

export async function closePreview(page) {
  await page.keyboard.press('Escape')
  await preview(page).waitFor({ state: 'detached' })
}

/** A fact in the preview: "Size". */
export const fact = (page, name) =>
  preview(page)
    .locator('dt', { hasText: new RegExp(`^${name}$`) })
    .locator('xpath=following-sibling::dd[1]')

/** What a request of the model holds of references: what is said of each, and its content. */
export function framesOf(request) {
  return texts(request)
    .filter((text) => text.startsWith('[Reference '))
    .map((text) => {
      const at = text.search(/\]\n--- reference [0-9a-f]{16}\n/)
      if (at < 0) return { said: text, content: undefined }
      const begin = text.indexOf('\n', at + 2) + 1
      return {
        said: text.slice(0, at + 1),
        content: text.slice(begin, text.lastIndexOf('--- end of reference ')),
      }
    })
}

/** Drops files of the desktop, as the browser tells of them. */
export async function dropFiles(page, target, files, { type = 'drop' } = {}) {
  const box = await target.boundingBox()
  const session = await page.context().newCDPSession(page)
  const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 }
  const data = { items: [], files, dragOperationsMask: 1 }
  for (const each of ['dragEnter', 'dragOver', ...(type === 'drop' ? ['drop'] : [])])
    await session.send('Input.dispatchDragEvent', { type: each, ...at, data })
  await session.detach()
}

/** Puts a picture on the clipboard of the page. */
export async function copyPicture(page, file) {
  const base64 = (await readFile(file)).toString('base64')
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))
    const blob = new Blob([bytes], { type: 'image/png' })
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })])
  }, base64)
}

/** Copies a text and pastes it where the keyboard is. */
export async function pasteText(page, text) {
  await page.evaluate((text) => navigator.clipboard.writeText(text), text)
  await wb.press(page, 'Control+V')
}
