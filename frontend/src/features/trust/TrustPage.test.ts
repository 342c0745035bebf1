import { flushSync } from 'svelte'
import { afterEach, expect, it } from 'vitest'
import { startTrust } from '.'
import { Failure, type Disposable, type TrustState } from '../../bridge'
import { calls } from '../../testing/window'
import { command, fakeTrust, session, type FakeTrust } from './testing/fake'

const open: Disposable[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.dispose()
  document.body.replaceChildren()
})

interface Shown {
  readonly fake: FakeTrust
  readonly root: HTMLElement
  button(name: string): HTMLButtonElement
  field(name: string): HTMLInputElement
  type(name: string, text: string): void
  press(key: string, init?: KeyboardEventInit): Promise<void>
  click(name: string): Promise<void>
  patterns(): (string | undefined)[]
}

/** Lets promises, timers of typing and drawing happen. */
async function settle(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    await new Promise((resolve) => setTimeout(resolve, 0))
    await new Promise((resolve) => requestAnimationFrame(resolve))
    flushSync()
  }
}

async function show(part: Partial<TrustState> = {}, prepare?: (fake: FakeTrust) => void): Promise<Shown> {
  const fake = fakeTrust(part)
  prepare?.(fake)
  open.push(startTrust(fake.host))
  const root = document.createElement('div')
  document.body.append(root)
  const page = fake.host.pages.get('keel.trustedCommands')?.render(root)
  if (page) open.unshift(page)
  await settle()
  const find = (selector: string, name: string): HTMLElement => {
    const all = [...document.querySelectorAll<HTMLElement>(selector)]
    const found = all.find((each) =>
      [each.getAttribute('aria-label'), each.textContent.trim()].includes(name),
    )
    if (!found) throw new Error(`There is no ${selector} “${name}” in:\n${document.body.textContent}`)
    return found
  }
  const shown: Shown = {
    fake,
    root,
    button: (name) => find('button', name) as HTMLButtonElement,
    field: (name) => find('input, textarea', name) as HTMLInputElement,
    type(name, text) {
      const field = shown.field(name)
      field.focus()
      field.value = text
      field.dispatchEvent(new Event('input', { bubbles: true }))
      flushSync()
    },
    async press(key, init = {}) {
      const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init })
      document.activeElement?.dispatchEvent(event)
      await settle()
    },
    async click(name) {
      shown.button(name).click()
      await settle()
    },
    patterns: () => [...root.querySelectorAll('[data-row] .what code')].map((each) => each.textContent),
  }
  return shown
}

const three = [command('go test ./...'), command('git log *'), command('make')]
const rowOf = (element: Element | null): string | undefined =>
  element?.closest<HTMLElement>('[data-row]')?.dataset['row']

it('teaches what trusting means while the list is empty', async () => {
  const { root } = await show()
  expect(root.textContent).toContain('Every command asks first.')
  expect(root.querySelector('[role=grid]')).toBeNull()
})

it('says where each pattern counts, what it means and when it was used', async () => {
  const { root } = await show({
    commands: [
      command('go *', { uses: 3, lastUsed: Date.now() - 5 * 60_000 }),
      command('ls \u202e', { scope: 'session', sessionId: session.id, sessionTitle: session.title }),
      command('rm x', { counts: false, note: '“rm” is on the deny list.' }),
    ],
  })
  const rows = [...root.querySelectorAll('[data-row]')].map((row) => row.textContent.replaceAll(/\s+/g, ' '))
  expect(rows[0]).toContain('“go”, alone or with anything after it')
  expect(rows[0]).toContain('5 min ago')
  expect(rows[0]).toContain('3 uses')
  expect(rows.join()).toContain('“rm” is on the deny list.')
  expect(rows.join()).toContain('U+202E')
  expect(rows.join()).toContain('In session “Add a function Sum”')
})

it('moves in the list by keys, with one stop for Tab', async () => {
  const { root, press } = await show({ commands: three })
  const stops = (): HTMLElement[] => [
    ...root.querySelectorAll<HTMLElement>('[role=grid] [data-column][tabindex="0"]'),
  ]
  expect(stops()).toHaveLength(1)
  stops()[0]?.focus()
  await press('ArrowDown')
  await press('ArrowDown')
  await press('ArrowDown')
  expect(rowOf(document.activeElement)).toBe('2')
  await press('End')
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Remove make')
  await press('Home', { ctrlKey: true })
  expect(rowOf(document.activeElement)).toBe('0')
  expect(stops()).toEqual([document.activeElement])
})

it('removes and undoes by keys, and the keyboard stays in the list', async () => {
  const { root, press, patterns } = await show({ commands: three })
  root.querySelector<HTMLElement>('[data-row="2"] [data-column="0"]')?.focus()
  await press('Delete')
  expect(patterns()).toEqual(['go test ./...', 'git log *'])
  expect(rowOf(document.activeElement)).toBe('1')
  await press('Delete')
  await press('Delete')
  expect(root.textContent).toContain('Every command asks first.')
  expect(document.activeElement?.textContent.trim()).toBe('Add')
  for (let i = 0; i < 3; i++) await press('z', { ctrlKey: true })
  expect(patterns()).toEqual(['go test ./...', 'git log *', 'make'])
  expect(root.querySelector('.note')?.textContent).toContain('Undone: Removed “make”.')
})

it('leaves undoing to a field while something is typed in it', async () => {
  const { fake, press, type } = await show({ commands: three })
  await fake.host.bridge.Trust.Remove({ pattern: 'make', scope: 'always', sessionId: '' })
  type('Would this command run?', 'make')
  await press('z', { ctrlKey: true })
  expect(calls(fake.host, 'Trust.Add')).toEqual([])
})

it('edits in place, and goes back to the row', async () => {
  const { root, press, type, field, patterns, fake } = await show({ commands: three })
  root.querySelector<HTMLElement>('[data-row="1"] [data-column="0"]')?.focus()
  await press('F2')
  expect(document.activeElement).toBe(field('Pattern'))
  type('Pattern', 'make')
  expect(root.textContent).toContain('It is in the list already.')
  await press('Enter')
  expect(calls(fake.host, 'Trust.Edit')).toEqual([])
  type('Pattern', 'git status ')
  await press('Enter')
  expect(patterns()).toEqual(['go test ./...', 'git status', 'make'])
  expect(rowOf(document.activeElement)).toBe('1')
  await press('Enter')
  type('Pattern', 'something else')
  await press('Escape')
  expect(patterns()).toEqual(['go test ./...', 'git status', 'make'])
  expect(rowOf(document.activeElement)).toBe('1')
})

it('keeps what is being typed when the list changes elsewhere', async () => {
  const { root, fake, press, type, field, patterns } = await show({ commands: three })
  root.querySelector<HTMLElement>('[data-row="1"] [data-column="0"]')?.focus()
  await press('F2')
  type('Pattern', 'git diff')
  fake.change({ commands: [command('new one'), ...three] })
  await settle()
  expect(field('Pattern').value).toBe('git diff')
  expect(document.activeElement).toBe(field('Pattern'))
  fake.change({ commands: [command('new one')] })
  await settle()
  expect(field('Pattern').value).toBe('git diff')
  await press('Enter')
  expect(patterns()).toEqual(['new one', 'git diff'])
})

it('adds with a scope, says what it would mean, and warns', async () => {
  const { root, click, type, fake, press } = await show()
  await click('Add')
  type('Pattern to trust', 'bash *')
  expect(root.textContent).toContain('“bash” can run other programs')
  const scope = root.querySelector<HTMLSelectElement>('select[aria-label="Where it counts"]')
  expect([...(scope?.options ?? [])].map((option) => option.text)).toEqual([
    'Always, in every folder you trust',
    'In this folder',
    'Add a function Sum',
    'Rename the package',
  ])
  if (!scope) return
  scope.value = 'session s1'
  scope.dispatchEvent(new Event('change', { bubbles: true }))
  flushSync()
  await press('Enter')
  expect(calls(fake.host, 'Trust.Add')).toEqual([
    [{ pattern: 'bash *', scope: 'session', sessionId: 's1', index: -1 }],
  ])
  expect(document.activeElement?.textContent.trim()).toBe('Add')
})

it('keeps the form when every command is not to be trusted after all', async () => {
  const { click, type, fake, press, field } = await show()
  await click('Add')
  type('Pattern to trust', '*')
  await press('Enter')
  expect(fake.host.questions.map((question) => question.message)).toEqual([
    'Let every command run without asking?',
  ])
  expect(field('Pattern to trust').value).toBe('*')
  fake.host.confirms.push(true)
  await press('Enter')
  expect(fake.host.status?.text).toBe('$(warning) All commands trusted')
  await press('z', { ctrlKey: true })
  expect(fake.host.status).toBeUndefined()
})

it('answers what would happen to a command', async () => {
  const { root, type, press, fake } = await show({ commands: three })
  type('Would this command run?', 'git log -3')
  await press('Enter')
  expect(root.querySelector('.answer')?.textContent).toContain('Runs without asking')
  expect(root.querySelector('.answer code')?.textContent).toBe('git log *')
  fake.change({ commands: [] })
  await settle()
  expect(root.querySelector('.answer')?.textContent).toContain('Asks first')
})

it('filters when there are many', async () => {
  const commands = Array.from({ length: 30 }, (_, i) => command(`make target-${i}`))
  const { type, patterns, root } = await show({ commands })
  type('Filter the trusted commands', 'target-2')
  expect(patterns()).toHaveLength(11)
  expect(root.textContent).toContain('11 of 30 commands')
})

it('shows what the folder asks for, and lets nobody change it', async () => {
  const { root } = await show({
    denied: [
      { text: 'curl', folder: false },
      { text: 'make deploy', folder: true },
    ],
    guardBy: 'workspace',
    folder: { trusted: false, path: '/home/user/calc', parent: '', effects: [] },
  })
  const items = [...root.querySelectorAll('ul[aria-label="Texts that always ask"] li')]
  expect(items.map((item) => item.querySelectorAll('button').length)).toEqual([2, 0])
  expect(root.querySelector<HTMLInputElement>('input[type=checkbox]')?.disabled).toBe(true)
  expect(root.textContent).toContain('This folder’s settings hold it on.')
  expect(root.textContent).toContain('You have not trusted this folder.')
})

it('switches the guard off only after a question', async () => {
  const { root, fake } = await show()
  const box = root.querySelector<HTMLInputElement>('input[type=checkbox]')
  box?.click()
  await settle()
  expect(calls(fake.host, 'Settings.Set')).toEqual([])
  expect(box?.checked).toBe(true)
  fake.host.confirms.push(true)
  box?.click()
  await settle()
  expect(calls(fake.host, 'Settings.Set')).toEqual([['keelAgent.commandGuard', 'false']])
  expect(root.textContent).toContain('It is off:')
})

it('says why nothing can be changed, and leads to the place', async () => {
  const { root, button, click, fake, press } = await show({
    commands: three,
    broken: 'Line 4 has a comma too many.',
  })
  expect(root.textContent).toContain('Line 4 has a comma too many.')
  expect(button('Remove make').disabled).toBe(true)
  root.querySelector<HTMLElement>('[data-row="1"] [data-column="0"]')?.focus()
  await press('Delete')
  await press('F2')
  expect(calls(fake.host, 'Trust.Remove')).toEqual([])
  await click('Open settings.json')
  expect(fake.host.opened).toContain('settings.json')
})

it('takes over from other editors what was ticked', async () => {
  const { fake, click, patterns } = await show({ commands: three })
  const plain = { note: '', known: false, usable: true, wide: false }
  fake.imports = [
    {
      editor: 'Kiro',
      file: '/home/user/.config/Kiro/User/settings.json',
      problem: '',
      patterns: [
        { ...plain, pattern: 'npm test', original: 'npm test' },
        { ...plain, pattern: '*', original: '*', wide: true },
      ],
      denied: [],
    },
  ]
  await click('Import…')
  const boxes = [...(fake.host.modal?.querySelectorAll<HTMLInputElement>('input') ?? [])]
  expect(boxes.map((box) => box.checked)).toEqual([true, false])
  await click('Import 1 entry')
  expect(patterns()).toEqual(['go test ./...', 'git log *', 'make', 'npm test'])
  await click('Undo')
  expect(patterns()).toEqual(['go test ./...', 'git log *', 'make'])
})

it('offers to try again when nothing can be shown', async () => {
  let fails = true
  const { root, click } = await show({ commands: three }, (fake) => {
    fake.host.bridge.Trust.State = async () => {
      if (fails) throw new Failure('internal', 'The list could not be read.', 'Try again.')
      return fake.state
    }
  })
  expect(root.querySelector('[role=alert]')?.textContent).toContain('The list could not be read.')
  fails = false
  await click('Try again')
  expect(root.querySelectorAll('[data-row]')).toHaveLength(3)
})
