// The internet of the sign-in tests: GitHub, Google and AWS on this machine under
// their real names, a browser of the person's own in it, and a keychain. Keel
// reaches it by its settings for proxies and certificates, as at any company.
import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { patience, start, top, until } from './harness.mjs'

let built

/** Builds the program once for all tests of a file. */
function program() {
  built ??= join(top, 'build/out/accounts')
  execFileSync('go', ['build', '-o', built, './build/accounts'], { cwd: top, stdio: 'inherit' })
  return built
}

/**
 * Starts the internet. bedrock, models and repositories are what its program
 * takes: the addresses of stand-ins, and a folder of bare repositories.
 */
export async function startAccounts(options = {}) {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])
  const running = start(program(), args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const line = await until('the internet is there', () => {
    if (running.exit()) throw new Error(`it ended: ${running.output()}`)
    return running.output().includes('\n') && JSON.parse(running.output().split('\n')[0])
  })
  const ask = async (method, path, body) => {
    const answer = await fetch(line.control + path, { method, body: body && JSON.stringify(body) })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.status === 204 ? undefined : answer.json()
  }
  return {
    ...line,
    /** What the services were asked: { method, host, path, authorization, status }. */
    requests: () => ask('GET', '/requests'),
    /** The hosts that the proxy did not let through. */
    refused: () => ask('GET', '/refused'),
    forget: () => ask('POST', '/forget'),
    /** Every token and secret that was given out or shown so far. */
    secrets: () => ask('GET', '/secrets'),
    /** What is wrong from now on: refusing, name and password, unknown, expired; {} for nothing. */
    switch: (switches) => ask('POST', '/switches', switches),
    /** Gives a service an order, such as order('github', 'revoke-all'). */
    order: (service, name, body) => ask('POST', `/${service}/${name}`, body),
    end: () => running.end(),
  }
}

/**
 * Lets Keel in a home reach the internet: writes its settings, with more beside
 * them, and makes the browser one that only writes addresses down, and runs words.
 * Spread env into that of the program.
 */
export async function joinAccounts(home, world, more = {}, words = '') {
  await mkdir(home.config, { recursive: true, mode: 0o700 })
  await writeFile(join(home.config, 'settings.json'), JSON.stringify({ ...world.settings, ...more }, null, 2))
  const programs = join(home.home, 'programs')
  const list = join(home.home, 'opened')
  await mkdir(programs, { recursive: true })
  await writeFile(list, '')
  const script = `#!/bin/sh\nprintf '%s\\n' "$1" >>'${list}'\n${words}\n`
  await writeFile(join(programs, 'xdg-open'), script, { mode: 0o755 })
  const opened = async () => (await readFile(list, 'utf8')).split('\n').filter((line) => line !== '')
  let seen = 0
  return {
    env: { PATH: `${programs}:${home.env.PATH}` },
    /** Every address so far. */
    opened,
    /** Waits for the next address that the browser is given. */
    next: (limit = patience) =>
      until(
        'an address is opened in the browser',
        async () => {
          const address = (await opened())[seen]
          if (address !== undefined) seen++
          return address
        },
        limit,
      ),
  }
}

/** The person's own browser: all it reaches is the internet of the test, and this machine. */
export async function openBrowser(chromium, world) {
  const context = await chromium.newContext({
    proxy: { server: world.proxy, bypass: '127.0.0.1,localhost,[::1]' },
    ignoreHTTPSErrors: true,
  })
  context.setDefaultTimeout(patience)
  return context
}

/** Opens an address in that browser, and gives the page. */
async function visit(browser, address) {
  const page = await browser.newPage()
  await page.goto(address)
  return page
}

/** Who can sign in at Google. */
export const people = {
  ada: { email: 'ada@example.com', password: 'engine', name: 'Ada Lovelace' },
  grace: { email: 'grace@example.com', password: 'compiler', name: 'Grace Hopper' },
}

/** Signs in at Google's page and clicks Allow or Deny; the page that follows is Keel's. */
export async function signInAtGoogle(browser, address, { person = people.ada, allow = true } = {}) {
  const page = await visit(browser, address)
  await page.getByLabel('Email').fill(person.email)
  await page.getByLabel('Password').fill(person.password)
  await page.getByRole('button', { name: allow ? 'Allow' : 'Deny' }).click()
  await page.waitForURL(/^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):/)
  return page
}

/** Types the code of the device flow in at GitHub, and authorizes or cancels. */
export async function enterCodeAtGitHub(browser, code, { authorize = true } = {}) {
  const page = await visit(browser, 'https://github.com/login/device')
  await page.getByLabel('Code').fill(code)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: authorize ? 'Authorize' : 'Cancel' }).click()
  await page.getByRole('heading', { name: authorize ? 'Congratulations' : 'Cancelled' }).waitFor()
  return page
}

/** Authorizes or cancels at GitHub's page of the web flow; the page that follows is Keel's. */
export async function authorizeAtGitHub(browser, address, { authorize = true } = {}) {
  const page = await visit(browser, address)
  await page.getByRole('button', { name: authorize ? 'Authorize' : 'Cancel' }).click()
  await page.waitForURL(/^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):/)
  return page
}

/** Allows or denies at AWS's page, with the code where the address does not hold it. */
export async function allowAtAWS(browser, address, { code, allow = true } = {}) {
  const page = await visit(browser, address)
  if (code !== undefined) await page.getByLabel('Code').fill(code)
  await page.getByRole('button', { name: allow ? 'Allow' : 'Deny' }).click()
  await page.getByText('You can close this window.').waitFor()
  return page
}

/**
 * The command before a program that gives it a session bus with GNOME's keyring on
 * it, which is open: startServed's through. What it keeps lies in the home's data,
 * so that the next start finds it again.
 */
export const throughKeyring = [
  'dbus-run-session',
  '--',
  'sh',
  '-c',
  `
printf test | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
trap 'kill $keyring' EXIT
trap 'exit 143' TERM INT
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'; do
  tries=$((tries + 1))
  [ $tries -lt 600 ] || { echo 'the keyring has not come'; exit 1; }
  sleep 0.1
done
"$@" &
wait $!
`,
  'keyring',
]
