// What accounts are good for: Amazon Bedrock with Google's identity and with IAM
// Identity Center's, GitHub Models, and git over HTTPS. Bedrock checks every
// signature here, GitHub every token.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, describe, test } from 'node:test'
import { allowAtAWS, people, signInAtGoogle } from './accounts.mjs'
import { calls, gate, holds, results, says, startScripted } from './bedrock.mjs'
import { until } from './harness.mjs'
import { startOpenAI } from './openai.mjs'
import { command, question } from './scripted.mjs'
import { clone, codeOf, makeRepositories, startInternet, startWindow } from './signin.mjs'
import * as wb from './workbench.mjs'

const timeout = 600_000
const gpt = 'openai/gpt-5'
let internet, world, window, model, openai, repositories

before(async () => {
  model = await startScripted()
  openai = await startOpenAI({ model: gpt, answer: 'Hello from GitHub Models.' })
  repositories = await makeRepositories()
  internet = await startInternet({
    bedrock: model.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME,
    models: openai.address,
    repositories: repositories.folder,
  })
  ;({ world } = internet)
})
after(async () => {
  await internet?.end()
  await model?.end()
  await openai?.end()
  await repositories?.remove()
})

/** Starts a window for a test, which afterEach ends. */
async function begin(options) {
  window = await startWindow(internet, options)
}

const requests = async (host, path) =>
  (await world.requests()).filter((each) => each.host === host && each.path.startsWith(path))

describe('Amazon Bedrock', { timeout }, () => {
  afterEach(async (context) => {
    await wb.conclude(window.page, context)
    await window.end()
  })

  test('with Google’s identity; taken back in mid-turn, the turn waits and goes on', async () => {
    await begin({ settings: model.settings })
    await window.signInWithGoogle()
    model.on('who are you', says('I am behind a role.'))
    await (await window.chat.run('who are you')).getByText('I am behind a role.').waitFor()
    assert.ok((await requests('sts.us-east-1.amazonaws.com', '/')).some(({ status }) => status === 200))
    assert.ok(
      (await requests('bedrock-runtime.us-east-1.amazonaws.com', '/model/')).every(
        (each) => each.authorization,
      ),
    )

    const reading = gate()
    const prompt = 'read the parser'
    model.on(
      prompt,
      holds('Let me look.', reading, calls('read_file', { path: 'parse.go' })),
      says('I have read it.'),
    )
    const turn = await window.chat.send(prompt)
    await turn.getByText('Let me look.').waitFor()
    await world.order('google', 'revoke-all')
    await world.order('aws', 'end-keys')
    await world.order('aws', 'fail', {
      operation: 'AssumeRoleWithWebIdentity',
      code: 'ExpiredTokenException',
    })
    reading.open()

    const waits = question(turn)
    await waits.getByText('Sign in again on the Accounts page').waitFor()
    assert.equal(await turn.getAttribute('aria-busy'), 'true')
    await waits.getByRole('button', { name: 'Sign in…' }).click()
    const card = window.card(people.ada.name)
    await card.getByRole('button', { name: 'Sign in again' }).click()
    await signInAtGoogle(internet.browser, await window.person.next()).then((page) => page.close())

    await turn.getByText('I have read it.').waitFor()
    await window.chat.ended(turn)
    assert.equal(await window.chat.turns.count(), 2, 'the same turn went on')
    const asked = model.requests(prompt)
    assert.equal(asked.length, 2)
    assert.match(results(asked[1]).join(), /func /)
    await card.getByRole('button', { name: 'Sign in again' }).waitFor({ state: 'detached' })
  })

  test('with AWS IAM Identity Center: start URL, region, code, role', async () => {
    await begin({ settings: model.settings })
    await window.offer(/^AWS/).click()
    const form = window.step(/^Sign in with AWS/)
    const sign = form.getByRole('button', { name: 'Sign in', exact: true })
    await sign.click()
    await form.getByRole('alert').first().waitFor()
    await form.getByRole('textbox', { name: 'Start URL' }).fill('https://d-1234567890.awsapps.com/start')
    await form.getByRole('textbox', { name: 'Region' }).fill('Frankfurt')
    await sign.click()
    await form.getByRole('alert').getByText('A region looks like').waitFor()
    await form.getByRole('textbox', { name: 'Region' }).fill('us-east-1')
    await sign.click()

    const step = window.step(/^Signing in with AWS/)
    const code = await codeOf(step)
    await allowAtAWS(internet.browser, await window.person.next(), { code })
    await wb
      .quickInput(window.page)
      .locator('.quick-input-title', { hasText: 'AWS account and role' })
      .waitFor()
    await wb
      .quickInput(window.page)
      .getByRole('option', { name: /Developer/ })
      .click()
    await window.showAccounts()
    await window.accounts().getByText('Developer in 123456789012').waitFor()

    await world.forget()
    model.on('and you', says('I am a developer.'))
    await (await window.chat.run('and you')).getByText('I am a developer.').waitFor()
    assert.ok((await requests('portal.sso.us-east-1.amazonaws.com', '/federation/credentials')).length > 0)

    await window.restart()
    model.on('still there', says('I still am.'))
    await (await window.chat.run('still there')).getByText('I still am.').waitFor()
  })
})

describe('GitHub', { timeout }, () => {
  afterEach(async (context) => {
    await wb.conclude(window.page, context)
    await window.end()
  })

  test('GitHub Models are in the model picker once somebody is signed in', async () => {
    await begin()
    await window.signInWithGitHub()
    await until('the model is chosen', async () => {
      if ((await window.chat.model.getAttribute('aria-label')).includes(gpt)) return true
      await window.chat.model.click()
      await wb.asks(window.page, 'Model')
      await wb.quickInput(window.page).getByRole('textbox').fill(gpt)
      await wb.quickInput(window.page).getByRole('option', { name: gpt }).first().click({ timeout: 10_000 })
      await wb.quickInput(window.page).waitFor({ state: 'hidden' })
      return false
    })
    await (await window.chat.run('hello')).getByText('Hello from GitHub Models.').waitFor()
    assert.equal(openai.requests().at(-1).model, gpt)
  })

  test('git over HTTPS, in the terminal and in commands, each only once switched on', async () => {
    await begin()
    await window.trustGit()
    const cloned = (into) => existsSync(join(window.home.folder, into, 'hello.txt'))

    await window.signInWithGitHub()
    await window.inTerminal(clone('one'), /ended 128/)
    await inCommand(clone('two'), /ended 128/)
    assert.ok(!cloned('one') && !cloned('two'), 'nothing is given before it is switched on')

    await window.showAccounts()
    const card = window.card('The Octocat')
    const use = (name, checked) => card.getByRole('checkbox', { name, checked })
    await use(/^git in the terminal/).click()
    await window.enterCode()
    await use(/^git in the terminal/, true).waitFor()
    await wb.runCommand(window.page, 'Terminal: Kill the Active Terminal Instance')
    await window.inTerminal(clone('three'), /ended 0/)
    await inCommand(clone('four'), /ended 128/)
    assert.ok(cloned('three') && !cloned('four'), 'the agent is another matter')

    await wb.runCommand(window.page, 'Keel: Show Accounts')
    await use(/^git in the agent/).click()
    await use(/^git in the agent/, true).waitFor()
    await inCommand(clone('five'), /ended 0/)
    assert.ok(cloned('five'))
  })
})

/** Lets the agent run a command and waits for what it ends with. */
async function inCommand(line, ends) {
  const turn = await window.chat.send(`run \`${line}\``)
  await wb.pressWhenReady(command(turn).getByRole('button', { name: 'Run', exact: true }))
  await window.chat.ended(turn)
  assert.match(await command(turn).getByLabel('Output').innerText(), ends)
}
