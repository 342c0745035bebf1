// No token anywhere: one whole run of signing in at GitHub and Google, a turn on
// Bedrock, git in the terminal and in a command, signing out. Everything that the run
// has left, said or sent is searched for every secret that passed between Keel and
// the services, in each form it could have.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { calls, says, startScripted } from './bedrock.mjs'
import { filesBelow, forms, leaks, recordPage, recordProcesses } from './leaks.mjs'
import { clone, makeRepositories, startInternet, startWindow } from './signin.mjs'
import { command } from './scripted.mjs'
import * as wb from './workbench.mjs'

// What is no secret, and goes the ways that a secret could go: it has to be found.
const canary = 'canary-that-has-to-be-found-4711'

let internet, world, window, model, repositories, recorded, processes

before(async () => {
  model = await startScripted()
  repositories = await makeRepositories()
  internet = await startInternet({
    bedrock: model.env.AWS_ENDPOINT_URL_BEDROCK_RUNTIME,
    repositories: repositories.folder,
  })
  ;({ world } = internet)
  window = await startWindow(internet, {
    settings: model.settings,
    // A browser's own words are among Keel's.
    words: `echo ${canary} >&2`,
    look: { watch: (page) => (recorded = recordPage(page)) },
  })
})
after(async () => {
  await processes?.sinks()
  await window?.end()
  await internet?.end()
  await model?.end()
  await repositories?.remove()
})

test('a secret is found in whatever form it is written', () => {
  const secret = 'gho_16C7e42F292c6912/E7+10?c838347Ae"178B4a'
  const written = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify({ secret }),
    Buffer.from(secret).toString('base64'),
    Buffer.from(`x-access-token:${secret}`).toString('base64'),
    Buffer.from(`octocat:${secret}\n`).toString('base64url'),
    Buffer.from(`a:${secret}`).toString('base64'),
    Buffer.from(`"${secret}"`).toString('base64'),
    encodeURIComponent(Buffer.from(secret).toString('base64')),
  ]
  for (const text of written)
    assert.equal(leaks([{ name: 'one', text: `…${text}…` }], [secret]).length, 1, text)
  const other = secret.replace('e42', 'e43')
  assert.deepEqual(leaks([{ name: 'one', text: forms(other).join(' ') }], [secret]), [])
})

test('no token is left, said or sent in a whole run', { timeout: 900_000 }, async (context) => {
  const { home, chat } = window
  processes = recordProcesses(window.keel.pid)
  await window.trustGit()
  await window.signInWithGoogle()
  await window.showAccounts()
  await window.accounts().getByRole('button', { name: 'Sign in with GitHub' }).click()
  await window.enterCode()
  const card = window.card('The Octocat')
  const use = (name, checked) => card.getByRole('checkbox', { name, checked })
  await use(/^git in the terminal/).click()
  await window.enterCode()
  await use(/^git in the terminal/, true).waitFor()
  await use(/^git in the agent/).click()
  await use(/^git in the agent/, true).waitFor()
  await window.inTerminal(`export CANARY=${canary}; ${clone('one')}; env >environment-of-terminal`, /ended 0/)
  model.on(
    `clone it, ${canary}`,
    calls('run_command', { command: `${clone('two')}; env >environment-of-command # ${canary}` }),
    says('It is there.'),
  )
  const turn = await chat.send(`clone it, ${canary}`)
  await wb.pressWhenReady(command(turn).getByRole('button', { name: 'Run', exact: true }))
  await turn.getByText('It is there.').waitFor()
  await chat.ended(turn)
  assert.match(await command(turn).getByLabel('Output').innerText(), /ended 0/)

  const givenOut = await world.secrets()
  const sinks = async () => [
    ...(await recorded.sinks()),
    ...(await filesBelow(home.home, [join(home.env.XDG_DATA_HOME, 'keyrings')])),
    { name: 'what Keel says', text: window.keel.output() },
  ]
  const during = await sinks()
  await window.showAccounts()
  await window.signOut('The Octocat', '@octocat')
  await window.signOut('Ada Lovelace', 'ada@example.com')
  await wb.conclude(window.page, context)
  await window.page.context().close()
  await window.keel.end()
  const all = [...during, ...(await sinks()), ...(await processes.sinks())]

  // The search sees what it is to see.
  const found = leaks(all, [canary])
  for (const sink of [
    /^frame to Keel/,
    /^frame from Keel/,
    /^what Keel says/,
    /^environ of process/,
    /^cmdline of process/,
    /^file sample\/environment-of-terminal/,
    /^file data\/keel\/.*audit/,
    /^file data\/keel\//,
  ])
    assert.ok(
      found.some((each) => sink.test(each)),
      `${sink} shows nothing of what it has to show`,
    )
  for (const sink of [/^response .*\.js/, /^file config\/keel\//, /^file .*\.log/])
    assert.ok(
      all.some(({ name, text }) => sink.test(name) && text !== ''),
      `${sink} was not looked at`,
    )

  const secrets = await world.secrets()
  const [gitHub, google] = [/^gho_/, /^ya29\.|^eyJ/].map((kind) => secrets.filter((each) => kind.test(each)))
  assert.ok(gitHub.length >= 2 && google.length >= 1, 'there were tokens')
  assert.ok(givenOut.length > 8, `only ${givenOut.length} secrets passed`)

  // The person types the client's secret into the page, which hands it on, once.
  const typed = world.clients.google.secret
  const handed = (sink) => sink.name === 'frame to Keel' && sink.text.includes('SetClientSecret')
  assert.equal((await recorded.sinks()).filter(handed).length, 1)
  assert.deepEqual(
    leaks(
      all.filter(handed),
      secrets.filter((each) => each !== typed),
    ),
    [],
  )
  assert.deepEqual(
    [
      ...new Set(
        leaks(
          all.filter((sink) => !handed(sink)),
          secrets,
        ),
      ),
    ],
    [],
  )
  console.log(`    ${secrets.length} secrets in none of ${all.length} files, frames, bodies and environments`)
})
