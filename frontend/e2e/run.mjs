// Runs the end-to-end tests, one file after the other. A file that fails is run
// once more, because a real window on a busy machine can lose a key; that it
// needed this is said loudly, since it is a defect of the test or of Keel.
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const files = readdirSync(here).filter((name) => name.endsWith('.test.mjs'))
const passes = (name) =>
  spawnSync(process.execPath, ['--test', '--test-reporter=spec', join(here, name)], { stdio: 'inherit' })
    .status === 0

const again = files.filter((name) => !passes(name))
const failed = again.filter((name) => !passes(name))
for (const name of again.filter((name) => !failed.includes(name))) {
  console.log(`e2e: ${name} passed only on its second try: find out why`)
}
for (const name of failed) console.log(`e2e: ${name} failed twice`)
console.log(`${files.length - failed.length} passed, ${failed.length} failed`)
process.exit(failed.length === 0 ? 0 : 1)
