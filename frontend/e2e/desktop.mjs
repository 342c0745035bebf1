// A session bus of its own with a desktop on it that shows notifications, or
// says that it does: it tells what it was asked for.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start, top, until } from './harness.mjs'

export async function startDesktop() {
  const folder = await mkdtemp(join(tmpdir(), 'keel-bus-'))
  const address = `unix:path=${join(folder, 'bus')}`
  const bus = start('dbus-daemon', [
    '--session',
    '--nofork',
    '--nopidfile',
    `--address=${address}`,
    '--print-address=1',
  ])
  const ended = (what, child) => {
    if (child.exit()) throw new Error(`${what} ended: ${child.output()}`)
  }
  await until('the bus is there', () => bus.output().includes('unix:') || ended('the bus', bus))
  const server = start('go', ['run', './build/notifications'], {
    cwd: top,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: address },
  })
  await until(
    'notifications are served',
    () => server.output().includes('"ready"') || ended('the server', server),
    300_000,
  )
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: address },
    /** Every request so far: { method, id, replaces, title, body, actions }. */
    calls: () =>
      server
        .output()
        .split('\n')
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    /** Clicks on a notification. */
    click: (id) => server.stdin.write(`${id}\n`),
    async end() {
      await server.end()
      await bus.end()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
