// The review of what Autopilot has changed: every change is seen, kept or taken
// back, by lines, by file and at once, beside what the user changed since; and the
// way back to a point some turns ago. The service is scripted; the rest is real.
import assert from 'node:assert/strict'
import { chmod, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { calls, says } from './bedrock.mjs'
import { picture, reload, until } from './harness.mjs'
import { holdsText, runButton, startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

let agent, model, home, page, chat

beforeEach(async () => {
  agent = await startAgent()
  renew()
})

afterEach(async (context) => {
  try {
    await wb.conclude(agent.page, context)
  } finally {
    await agent.end()
  }
})

function renew() {
  ;({ model, home, page, chat } = agent)
}

/** The bar above the chat's input. */
const bar = () => page.getByRole('region', { name: 'Changes to review' })
const view = () => page.getByRole('region', { name: 'Changes', exact: true })
const tree = () => view().getByRole('tree', { name: 'Changed files' })
const row = (name) => tree().getByRole('treeitem', { name })
/** What is read out of the rows of the list. */
const said = () =>
  tree()
    .getByRole('treeitem')
    .evaluateAll((all) =>
      all.map((each) => each.getAttribute('aria-label').replace(/, \d+:\d+ [AP]M,/, ', at some time,')),
    )
const inStatusBar = () => page.locator('#keel\\.unreviewed')
const hunkToolbar = () => page.locator('.editor-group-container.active .keel-hunk-toolbar')
const marks = () => page.locator('.editor-group-container.active .keel-hunk-bar')
const position = () => page.locator('#status\\.editor\\.selection')

/** Calls tools, all in one step. */
const together =
  (...all) =>
  (reply) => {
    for (const [name, input] of all) reply.call(name, input)
  }

const edit = (path, old_string, new_string) => ['edit_file', { path, old_string, new_string }]

/** Replaces, in a file on the disk, as another program would. */
async function change(name, from, to) {
  const text = await home.read(name)
  assert.ok(text.includes(from), `${name} holds ${from}`)
  await writeFile(join(home.folder, name), text.replace(from, to))
}

/** Waits until a file on the disk has this text. */
async function becomes(name, text) {
  await until(`${name} is as it should be`, async () => (await home.read(name)) === text).catch(
    async (cause) => {
      assert.equal(await home.read(name), text)
      throw cause
    },
  )
}

const gone = (name) =>
  until(`${name} is gone`, () =>
    home.read(name).then(
      () => false,
      () => true,
    ),
  )
const mode = async (name) => (await stat(join(home.folder, name))).mode & 0o777

async function undoInToast(text) {
  const toast = wb.toast(page, text).first()
  await toast.waitFor()
  await toast.getByRole('button', { name: 'Undo' }).click()
}

/** Everything that can happen to files, in one turn. */
async function manyChanges() {
  const prompt = model.on(
    'tidy the calculator up',
    together(
      ...['calc.go', 'parse.go', 'main.go', 'calc_test.go', 'parse_test.go'].map((path) => [
        'read_file',
        { path },
      ]),
    ),
    together(
      edit('calc.go', '\treturn a + b', '\tsum := a + b\n\treturn sum'),
      edit('calc.go', '\treturn a * b', '\treturn b * a'),
      edit(
        'calc.go',
        '\tfactor := math.Pow(10, float64(places))\n\treturn',
        '\tfactor := math.Pow10(places)\n\treturn',
      ),
      edit('parse.go', '"+":\n', '"+", "plus":\n'),
      edit('main.go', 'os.Exit(2)', 'os.Exit(64)'),
      ['write_file', { path: 'notes.md', content: '# Notes\n\nTidied up.\n' }],
      ['delete_file', { path: 'parse_test.go' }],
      ['move_file', { from: 'calc_test.go', to: 'sums_test.go' }],
    ),
    calls('run_command', { command: 'chmod 755 go.mod && echo Tidied. >> README.md' }),
    says('All is tidy.'),
  )
  const turn = await chat.send(prompt)
  await wb.pressWhenReady(runButton(turn))
  await turn.getByText('All is tidy.').waitFor()
  await chat.ended(turn)
  return turn
}

describe('Autopilot’s changes', { timeout: 600_000 }, () => {
  test('are seen, kept and taken back', async () => {
    await chmod(join(home.folder, 'go.mod'), 0o644)
    const before = {}
    for (const name of ['calc.go', 'parse.go', 'main.go', 'README.md', 'parse_test.go', 'calc_test.go'])
      before[name] = await home.read(name)
    await chat.open()
    await manyChanges()
    const after = await home.read('calc.go')

    await bar().getByText('8 files changed').waitFor()
    await picture(page, 'review-1-bar')
    await inStatusBar().waitFor()
    await bar().getByRole('img', { name: '10 lines added, 27 lines removed' }).waitFor()
    await inStatusBar().getByText('8 files +10 −27').waitFor()
    await page.getByRole('tab', { name: /Review.* 8 files to review/ }).waitFor()

    await inStatusBar().click()
    await row(/calc\.go, changed/).waitFor()
    assert.deepEqual(await said(), [
      'Turn “tidy the calculator up”, at some time, 10 lines added, 27 lines removed, 8 files to review',
      'README.md, changed, by a command, 1 line added, 0 lines removed, not reviewed',
      'calc.go, changed, 4 lines added, 3 lines removed, not reviewed',
      'go.mod, changed, by a command, permissions 644 → 755, 0 lines added, 0 lines removed, not reviewed',
      'main.go, changed, 1 line added, 1 line removed, not reviewed',
      'notes.md, added, 3 lines added, 0 lines removed, not reviewed',
      'parse.go, changed, 1 line added, 1 line removed, not reviewed',
      'parse_test.go, deleted, 0 lines added, 22 lines removed, not reviewed',
      'sums_test.go, renamed from calc_test.go, 0 lines added, 0 lines removed, not reviewed',
    ])
    await picture(page, 'review-2-view')
    await view().getByRole('button', { name: 'Group by Folder' }).click()
    await row(/^Folder Top folder/).waitFor()
    await picture(page, 'review-3-folder')
    await view().getByRole('button', { name: 'Group by Turn' }).click()

    await view().getByRole('button', { name: 'View All Changes' }).click()
    await page.locator('.multiDiffEditor').getByText('sum := a + b').first().waitFor()
    await picture(page, 'review-4-all')
    await wb.closeEditors(page)

    await wb.openFile(page, 'calc.go')
    await marks().first().waitFor()
    await until('all changed lines are marked', async () => (await marks().count()) === 4)
    await picture(page, 'review-5-marks')
    const at = (line) => position().getByText(`Ln ${line}, Col 1`, { exact: true }).waitFor()
    await wb.press(page, 'Alt+F5')
    await at(13)
    await wb.press(page, 'Alt+F5')
    await at(24)
    await wb.press(page, 'Alt+F5')
    await at(37)
    await wb.press(page, 'Alt+F5')
    await wb.tab(page, 'Changes: go.mod, permissions 644 → 755').waitFor()
    await wb.press(page, 'Alt+F5')
    await wb.tab(page, 'main.go').waitFor()
    await at(13)
    await wb.openFile(page, 'calc.go')
    await at(37)
    await wb.press(page, 'Shift+Alt+F5')
    await at(24)
    await picture(page, 'review-6-next')

    // One change is taken back at its buttons: exactly those lines.
    const took = after.replace('\treturn b * a', '\treturn a * b')
    await hunkToolbar()
      .getByRole('button', { name: /^Undo: Keel changed line 24/ })
      .click()
    await becomes('calc.go', took)
    await page.locator('.view-line', { hasText: 'return a * b' }).waitFor()
    await picture(page, 'review-7-undone')
    await undoInToast(/calc\.go/)
    await becomes('calc.go', after)
    await page.locator('.view-line', { hasText: 'return b * a' }).waitFor()
    await wb.clearToasts(page)

    // The same by the keyboard, and back.
    await wb.press(page, 'Control+G')
    await page.keyboard.type('24')
    await wb.press(page, 'Enter')
    await at(24)
    await until('the change is marked again', async () => (await marks().count()) === 4)
    await wb.press(page, 'Control+K', 'Control+Z')
    await becomes('calc.go', took)
    await wb.runCommand(page, 'Keel: Undo Last Review Step')
    await becomes('calc.go', after)
    await wb.runCommand(page, 'Keel: Redo Review Step')
    await becomes('calc.go', took)
    await wb.runCommand(page, 'Keel: Undo Last Review Step')
    await becomes('calc.go', after)
    await wb.clearToasts(page)

    // One change is kept at its buttons, by the keyboard.
    await wb.openFile(page, 'calc.go')
    await until('the change is marked again', async () => (await marks().count()) === 4)
    await wb.press(page, 'Control+Home', 'Alt+F5')
    await at(13)
    await wb.press(page, 'Control+Alt+K', 'Enter')
    await row(/calc\.go, changed.*partly reviewed/).waitFor()
    await until('its mark has gone', async () => (await marks().count()) === 2)
    assert.equal(await home.read('calc.go'), after)

    // One file is taken back from the list, by the keyboard.
    await row(/main\.go, changed/).focus()
    await wb.press(page, 'Delete')
    await becomes('main.go', before['main.go'])
    await row(/main\.go, changed.*taken back/).waitFor()
    await bar().getByText('7 files changed').waitFor()
    await picture(page, 'review-8-file')

    // Unsaved text in an editor survives what is taken back beside it, and Undo
    // makes it unsaved again.
    const mine = '/* mine, unsaved */ '
    await wb.openFile(page, 'calc.go')
    await wb.press(page, 'Control+Home')
    await page.keyboard.type(mine)
    await page.locator('.tab.active.dirty').waitFor()
    await wb.press(page, 'Alt+F5')
    await at(24)
    await wb.press(page, 'Control+K', 'Control+Z')
    await becomes('calc.go', mine + took)
    await wb.saved(page)
    await page.locator('.view-line', { hasText: 'return a * b' }).waitFor()
    await undoInToast(/calc\.go/)
    await becomes('calc.go', after)
    await page.locator('.tab.active.dirty').waitFor()
    await wb.press(page, 'Control+Home')
    await page.locator('.view-line', { hasText: 'mine, unsaved' }).waitFor()
    await wb.save(page)
    await becomes('calc.go', mine + after)
    await wb.clearToasts(page)

    // All the rest is taken back: what the user has changed stays, and what cannot
    // be told apart from it waits.
    const lines = (await home.read('calc.go')).replace(
      '\tfactor := math.Pow10(places)',
      '\tfactor := math.Pow10(places) // mine',
    )
    await writeFile(join(home.folder, 'calc.go'), lines)
    await change('notes.md', 'Tidied up.', 'Tidied up by me.')
    await change('parse.go', '// Evaluate computes', '// Evaluate, of mine, computes')
    await wb.settled(page)
    await picture(page, 'review-10-before-revert')
    await bar().getByRole('button', { name: 'Revert all changes' }).click()
    await becomes(
      'parse.go',
      before['parse.go'].replace('// Evaluate computes', '// Evaluate, of mine, computes'),
    )
    const left = (name) => row(new RegExp(`^${name}, left as it is`))
    await left('calc\\.go').waitFor()
    await left('notes\\.md').waitFor()
    await wb.toast(page, /Left as they are, because of newer changes: calc\.go, notes\.md/).waitFor()
    assert.equal(await home.read('calc.go'), lines, 'the user’s lines survive')
    assert.match(await home.read('notes.md'), /Tidied up by me/)
    assert.equal(await home.read('README.md'), before['README.md'])
    assert.equal(await home.read('parse_test.go'), before['parse_test.go'])
    assert.equal(await home.read('calc_test.go'), before['calc_test.go'])
    await gone('sums_test.go')
    assert.equal(await mode('go.mod'), 0o644)
    await wb.settled(page)
    await picture(page, 'review-11-reverted')
    await wb.clearToasts(page)

    // What waits is decided, once by the keyboard and once by the mouse.
    await left('calc\\.go').focus()
    await wb.press(page, 'Shift+F10')
    await page.getByRole('menuitem', { name: 'Keep Mine' }).waitFor()
    await picture(page, 'review-12-menu')
    await page.getByRole('menuitem', { name: 'Keep Mine' }).press('Enter')
    await left('calc\\.go').waitFor({ state: 'detached' })
    await left('notes\\.md').hover()
    await left('notes\\.md')
      .getByRole('button', { name: /^Take the Checkpoint’s/ })
      .click()
    await gone('notes.md')
    await left('notes\\.md').waitFor({ state: 'detached' })
    assert.equal(await home.read('calc.go'), lines)
    await wb.clearToasts(page)

    // All of it is undone, one step after the other; and the last is done again.
    const stepBack = () =>
      view()
        .getByRole('button', { name: /^Undo: / })
        .click()
    await stepBack()
    await left('notes\\.md').waitFor()
    assert.match(await home.read('notes.md'), /Tidied up by me/)
    await stepBack()
    await left('calc\\.go').waitFor()
    await stepBack()
    await gone('parse_test.go')
    await gone('calc_test.go')
    await row(/sums_test\.go, renamed.*not reviewed/).waitFor()
    assert.equal(await mode('go.mod'), 0o755)
    await view()
      .getByRole('button', { name: /^Redo: Reverted/ })
      .click()
    await becomes('parse_test.go', before['parse_test.go'])
    await left('notes\\.md').waitFor()
    await stepBack()
    await gone('parse_test.go')
    await left('notes\\.md').waitFor({ state: 'detached' })
    await wb.clearToasts(page)

    // The rest is kept.
    await wb.runCommand(page, 'Keel: Keep All Changes')
    const kept = async () => {
      await row(/calc\.go, changed.*kept/).waitFor()
      await row(/main\.go, changed.*taken back/).waitFor()
      await row(/parse_test\.go, deleted.*kept/).waitFor()
    }
    await kept()
    await inStatusBar().waitFor({ state: 'detached' })
    await wb.settled(page)
    await picture(page, 'review-13-kept')

    // What was decided outlives the page, and Keel.
    await reload(page)
    await wb.runCommand(page, 'Keel: Show Changes')
    await kept()
    wb.assertNoProblems(page)
    await agent.stop()
    await agent.start()
    renew()
    await wb.runCommand(page, 'Keel: Show Changes')
    await kept()
    await bar().waitFor({ state: 'detached' })
    await wb.runCommand(page, 'Keel: Undo Last Review Step')
    await row(/parse_test\.go, deleted.*not reviewed/).waitFor()
    await bar().getByText('6 files changed').waitFor()
  })

  test('go back three turns: the files, then the conversation too', async () => {
    await chat.open()
    for (const [index, word] of ['one', 'two', 'three', 'four'].entries()) {
      model.on(
        `write ${word}`,
        ...(index === 0 ? [calls('read_file', { path: 'calc.go' })] : []),
        together(
          ['write_file', { path: `${word}.md`, content: `${word}\n` }],
          edit(
            'calc.go',
            index === 0 ? 'package main' : `package main // ${index}`,
            `package main // ${index + 1}`,
          ),
        ),
        says(`Wrote ${word}.`),
      )
      await chat.run(`write ${word}`)
    }
    await bar().getByText('5 files changed').waitFor()
    await picture(page, 'review-20-four-turns')
    const restore = () => chat.turns.nth(1).getByRole('button', { name: 'Restore', exact: true })
    const preview = page.getByRole('dialog', { name: 'Put everything back to this point' })

    await restore().focus()
    await wb.press(page, 'Enter')
    await preview.getByText('1 file written back').waitFor()
    await preview.getByText('3 files deleted').waitFor()
    await preview.getByRole('radio', { name: /^Files/ }).check()
    await wb.settled(page)
    await picture(page, 'review-21-preview')
    await preview.getByRole('button', { name: 'Restore 4 files' }).press('Enter')
    await gone('four.md')
    await gone('two.md')
    assert.equal(await home.read('one.md'), 'one\n')
    assert.match(await home.read('calc.go'), /^package main \/\/ 1\n/)
    assert.equal(await chat.turns.count(), 4, 'the conversation stays')
    await undoInToast('Restored 4 files.')
    await becomes('four.md', 'four\n')
    await until('calc.go is back', async () => /^package main \/\/ 4\n/.test(await home.read('calc.go')))
    await wb.clearToasts(page)

    await restore().click()
    await preview.getByRole('radio', { name: /^Both/ }).check()
    await wb.settled(page)
    await picture(page, 'review-22-preview-both')
    await preview.getByRole('button', { name: 'Restore 4 files, go back 3 messages' }).click()
    await gone('four.md')
    await until('the conversation is shorter', async () => (await chat.turns.count()) === 1)
    await holdsText(chat.input, 'write two')
    await wb.settled(page)
    await picture(page, 'review-23-back')
    await page.getByRole('button', { name: /^Session: / }).click()
    const sessions = page.getByRole('dialog', { name: 'Sessions', exact: true })
    await sessions.waitFor()
    await picture(page, 'review-24-sessions')
    await sessions.getByText('Copy', { exact: true }).waitFor()
    await wb.press(page, 'Escape')
    await undoInToast(/Restored 4 files/)
    await becomes('four.md', 'four\n')
    await until('the conversation is whole', async () => (await chat.turns.count()) === 4)
    await bar().getByText('5 files changed').waitFor()
    await wb.settled(page)
    await picture(page, 'review-25-undone')
  })
  for (const { theme, size } of [
    { theme: 'Dark Modern', size: { width: 1920, height: 1080 } },
    { theme: 'Light Modern', size: { width: 1280, height: 800 } },
    { theme: 'Dark High Contrast', size: { width: 1280, height: 800 } },
  ]) {
    test(`pictures, ${theme}`, async () => {
      await page.setViewportSize(size)
      if (theme !== 'Dark Modern') await wb.chooseTheme(page, theme)
      await chat.open()
      await manyChanges()
      await inStatusBar().click()
      await wb.openFile(page, 'calc.go')
      await until('all changed lines are marked', async () => (await marks().count()) === 4)
      await wb.press(page, 'Alt+F5', 'Control+Alt+O')
      await row(/parse\.go, changed/).hover()
      await wb.settled(page)
      await picture(page, `review-${theme}-1`)
      if (size.width > 1280) return
      await drag(page.locator('.part.sidebar'), 'right', 248)
      await drag(page.locator('.part.auxiliarybar'), 'left', size.width - 300)
      await change('calc.go', '(places)\n', '(places) // mine\n')
      await bar().getByRole('button', { name: 'Revert all changes' }).click()
      await row(/calc\.go, left as it is/).waitFor()
      await row(/calc\.go, left as it is/).hover()
      await wb.settled(page)
      await picture(page, `review-${theme}-2-narrow`)
    })
  }
})

/** Moves an edge of a part of the window. */
async function drag(part, edge, to) {
  const box = await part.boundingBox()
  await page.mouse.move(edge === 'left' ? box.x : box.x + box.width, 400)
  await page.mouse.down()
  await page.mouse.move(to, 400, { steps: 8 })
  await page.mouse.up()
}
