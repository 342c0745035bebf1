// axe looks at everything that Keel draws itself, in dark, light and both high
// contrast themes. The workbench around it is VS Code's.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, afterEach, before, describe, test } from 'node:test'
import { calls, says } from './bedrock.mjs'
import { picture } from './harness.mjs'
import { startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

const timeout = 600_000
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let agent, model, page, chat

before(async () => {
  agent = await startAgent()
  ;({ model, page, chat } = agent)
  await page.evaluate(axe)
})
afterEach((context) => wb.conclude(page, context))
after(() => agent?.end())

/** Fails for what axe finds serious in what Keel draws. */
async function check(what) {
  await page.mouse.move(640, 796)
  await wb.settled(page)
  const found = await page.evaluate(async () => {
    const { violations } = await globalThis.axe.run(
      { include: ['.keel-theme'] },
      {
        resultTypes: ['violations'],
      },
    )
    // What opens at the input is scrolled by the input's arrow keys, which go through its options: the
    // keyboard never leaves the input. axe knows this pattern of a combobox only; a textarea, which an
    // input of several lines must be, may have no other role than its own.
    const popup = document.activeElement?.getAttribute('aria-controls')
    const scrolledByInput = (id, element) =>
      id === 'scrollable-region-focusable' && element.id === popup && element.role === 'listbox'
    // A row's name says in words ("added, 2 lines added") what a letter and figures ("A +2") show in short.
    const figure = /^(?:[+−-]\d+|[AMDR])$/
    const words = (element) =>
      [element, ...element.querySelectorAll('*')]
        .flatMap(({ childNodes }) => [...childNodes])
        .flatMap((node) => (node.nodeType === Node.TEXT_NODE ? node.data.split(/\s+/) : []))
    const saysFigures = (id, element) =>
      id === 'label-content-name-mismatch' &&
      words(element).every((word) => figure.test(word) || element.getAttribute('aria-label')?.includes(word))
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes
          .map((node) => ({ ...node, element: document.querySelector(node.target.join(' ')) }))
          .filter(({ element }) => !element || !(scrolledByInput(id, element) || saysFigures(id, element)))
          .map(({ html, any, all, none }) => {
            const [why] = [...any, ...all, ...none]
            return `${id}: ${html.slice(0, 200)}: ${why?.message}`
          }),
      )
  })
  if (found.length > 0 || process.env.KEEL_PICTURE) await picture(page, `axe ${what}`)
  return found.map((each) => `${what}: ${each}`)
}

const reply = [
  '# Heading\n\nText with `code`, **bold**, [a link](https://example.com/), [github.com](https://evil.example) and [calc.go](calc.go:3).',
  '- one\n  - inner\n    1. deep\n- [x] done\n- [ ] open',
  '> A quote with ‮hidden‬ text.',
  '| a | b |\n|---|---|\n| 1 | 2 |',
  '```go calc.go\npackage calc\n\nfunc Add(a, b int) int { return a + b } // adds\n```',
  '```mermaid\ngraph LR\n  Page --> Go\n```',
  '```mermaid\ngraph LR\n  A -->\n```',
].join('\n\n')

const chip = () => page.getByRole('button', { name: /^File calc\.go/ }).last()

/** Everything that is looked at, by its name: how to get there from the one before, and back. */
const views = {
  'the empty chat': async () => {
    await agent.anew()
    await chat.log.getByRole('group', { name: 'Examples to try' }).waitFor()
  },
  'a reply': async () => {
    model.on('show me everything', says(reply))
    const turn = await chat.run('show me everything')
    await turn.getByRole('img', { name: /^Diagram: / }).waitFor()
  },
  'the list of sessions': async () => {
    await page.locator('header .title').first().click()
    return () => wb.press(page, 'Escape')
  },
  'a command that waits': async () => {
    model.on(
      'run the tests',
      calls('run_command', { command: 'go test ./...' }, 'I run them.'),
      says('Done.'),
    )
    const turn = await chat.send('run the tests')
    await turn.getByRole('button', { name: 'Run', exact: true }).last().waitFor()
  },
  'trusting a command': async () => {
    await chat.last.getByRole('button', { name: 'Trust', exact: true }).click()
    await page.getByRole('dialog').waitFor()
    return async () => {
      await wb.press(page, 'Escape')
      await chat.stop.click()
      await chat.ended()
    }
  },
  'a turn that changed a file': async () => {
    model.on(
      'write notes',
      calls('write_file', { path: `notes${Math.random()}.md`, content: 'one\ntwo\n' }),
      says('Written.'),
    )
    await chat.run('write notes')
  },
  'what a message can point at': async () => {
    await chat.input.fill('')
    await chat.input.pressSequentially('#')
    await page.getByRole('listbox').getByRole('option').first().waitFor()
    return () => wb.press(page, 'Escape')
  },
  'the files to point at': async () => {
    await chat.input.fill('')
    await chat.input.pressSequentially('#calc')
    await page
      .getByRole('listbox')
      .getByRole('option', { name: /calc\.go/ })
      .first()
      .click()
    await chip().waitFor()
  },
  'what a reference holds': async () => {
    await chip().click()
    await page.getByRole('dialog').getByText('package main').first().waitFor()
    return async () => {
      await wb.press(page, 'Escape')
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.getByRole('button', { name: 'Remove calc.go' }).click()
    }
  },
  'the slash commands': async () => {
    await chat.input.fill('')
    await chat.input.pressSequentially('/')
    await page.getByRole('listbox').getByRole('option').first().waitFor()
    return async () => {
      await wb.press(page, 'Escape')
      await chat.input.fill('')
    }
  },
  'finding in the chat': async () => {
    await wb.runCommand(page, 'Keel: Find in Chat')
    const find = page.getByRole('search', { name: 'Find in chat' })
    await find.getByRole('textbox').fill('written')
    return async () => {
      await find.getByRole('textbox').press('Escape')
      await find.waitFor({ state: 'detached' })
    }
  },
  'a message that is edited': async () => {
    await chat.last.getByRole('group', { name: 'You wrote' }).hover()
    await chat.last.getByRole('button', { name: 'Edit this message' }).click()
    await page.getByRole('group', { name: 'Edit your message' }).getByRole('textbox').fill('write more notes')
  },
  'what becomes of the files': async () => {
    await page.getByRole('group', { name: 'Edit your message' }).getByRole('textbox').press('Enter')
    const choice = page.getByRole('dialog', { name: /^Send this again/ })
    await choice.waitFor()
    return async () => {
      await choice.getByRole('button', { name: 'Cancel' }).click()
      await wb.press(page, 'Escape')
    }
  },
  'where secrets are kept': async () => {
    await wb.runCommand(page, 'Keel: Where Secrets Are Kept')
    const dialog = page.getByRole('dialog')
    await dialog.waitFor()
    return async () => {
      await wb.press(page, 'Escape')
      await dialog.waitFor({ state: 'detached' })
    }
  },
  'the changes': async () => {
    await wb.runCommand(page, 'Keel: Show Changes')
  },
  'the checkpoints': async () => {
    await wb.runCommand(page, 'Keel: Show Checkpoint Timeline')
  },
  'the audit log': () => onPage('Keel: Show Audit Log', /Audit/),
  'what the agent can access': () => onPage('Keel: Show What the Agent Can Access', /Access/i),
  'the accounts': () => onPage('Keel: Show Accounts', /Accounts/),
  'importing trusted commands': async () => {
    const back = await onPage('Keel: Edit Trusted Commands', /Trust/)
    await page.getByRole('button', { name: 'Import…' }).click()
    const dialog = page.getByRole('dialog').filter({ hasText: 'Import from other editors' })
    await dialog.waitFor()
    return async () => {
      await wb.press(page, 'Escape')
      await dialog.waitFor({ state: 'detached' })
      await back()
    }
  },
  'trusted commands': () => onPage('Keel: Edit Trusted Commands', /Trust/),
}

async function onPage(command, title) {
  await wb.runCommand(page, command)
  await wb.tab(page, title).waitFor()
  return () => wb.closeEditors(page)
}

describe('what axe finds', { timeout }, () => {
  for (const theme of ['Dark Modern', 'Light Modern', 'Dark High Contrast', 'Light High Contrast']) {
    test(`in ${theme}`, async () => {
      await wb.chooseTheme(page, theme)
      const found = []
      for (const [name, go] of Object.entries(views)) {
        const back = await go()
        found.push(...(await check(`${name} in ${theme}`)))
        await back?.()
      }
      assert.deepEqual(found, [])
    })
  }
})
