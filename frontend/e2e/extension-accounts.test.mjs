// What an extension gets of the accounts: nothing until the person has said so, then
// the session of that one account, and its token.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import { product, until } from './harness.mjs'
import { pack } from './registry.mjs'
import { startInternet, startWindow } from './signin.mjs'
import * as wb from './workbench.mjs'

let internet, window

before(async () => {
  internet = await startInternet()
  window = await startWindow(internet)
})

afterEach((context) => wb.conclude(window.page, context))

after(async () => {
  await window?.end()
  await internet?.end()
})

/** What the extension has written down. */
const answers = (count) =>
  until(`the extension has ${count} answers`, async () => {
    if (!existsSync(join(window.home.folder, 'visitor.json'))) return undefined
    const all = JSON.parse(await window.home.read('visitor.json'))
    return all.length >= count ? all : undefined
  })

test('an extension signs in with the account that it is given', { timeout: 600_000 }, async () => {
  const { page, home } = window
  await window.signInWithGitHub()
  const file = join(home.home, 'visitor.vsix')
  await writeFile(file, (await pack('visitor')).vsix)
  execFileSync(product, ['extension', 'install', file, '--yes'], { env: home.env })

  const question = page.getByRole('dialog').filter({ hasText: 'Visitor' })
  await wb.runCommand(page, 'Visitor: Ask Who I Am')
  await question.getByText(/GitHub/).waitFor()
  await wb.press(page, 'Escape')
  const [refused] = await answers(1)
  assert.ok(refused.refused, `without consent it got ${JSON.stringify(refused)}`)

  await wb.runCommand(page, 'Visitor: Ask Who I Am')
  await wb.pressWhenReady(question.getByRole('button', { name: 'Allow' }))
  await wb.quickInput(page).getByRole('option', { name: '@octocat' }).waitFor()
  await wb.press(page, 'Enter')
  const [, given] = await answers(2)
  assert.equal(given.name, '@octocat')
  assert.ok(given.scopes.includes('read:user'))
  const token = [...given.token].reverse().join('')
  assert.ok(JSON.stringify(await internet.world.secrets()).includes(token), 'its token is not the account’s')

  // Agreed to once, it is not asked again.
  await wb.runCommand(page, 'Visitor: Ask Who I Am')
  assert.equal((await answers(3))[2].name, '@octocat')
})
