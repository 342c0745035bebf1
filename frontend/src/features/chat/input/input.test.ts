import { afterEach, expect, test } from 'vitest'
import { Failure, type ProviderState, type Session } from '../../../bridge'
import type { FakeOptions } from '../../../bridge/fake'
import { event, session, turn } from '../../../testing/sessions'
import { calls } from '../../../testing/window'
import { agentStates, picture, providers } from '../testing/agentStates'
import { fakeHost } from '../testing/host'
import { renderChat, type Rendered } from '../testing/render'
import { bedrock, practice } from '../testing/states'
import { chooseAws } from './aws'
import { largestImage, mostImages, readPictures } from './images'
import { fill } from './meter'
import { providerItems } from './model'

let chat: Rendered | undefined
afterEach(() => {
  chat?.dispose()
  chat = undefined
})

test.each([
  [50, 200, 0.25],
  [300, 200, 1],
  [50, 0, 0],
])('%d tokens of %d fill %d of the context', (tokens, limit, part) => {
  expect(fill({ tokens, limit, estimated: false })).toBe(part)
})

function panel(shown: Rendered): HTMLElement | null {
  return shown.root.querySelector('[role=dialog][aria-label="Context and cost"]')
}

test('the meter tells how full the context is, what was used, and makes room', async () => {
  const shown = agentStates['background']?.()
  if (!shown) throw new Error('no such state')
  chat = await renderChat(shown)
  const button = chat.button('Context 74 % full. Show details')
  button.click()
  await chat.settle()
  const words = panel(chat)?.textContent.replace(/\s+/g, ' ')
  for (const part of ['148k of 200k tokens', '810k read, 9.2k written', '388k', 'at least $1.24']) {
    expect(words).toContain(part)
  }
  const room = chat.button('Make room now')
  room.focus()
  chat.press(room, 'Escape')
  await chat.settle()
  expect(panel(chat)).toBeNull()
  expect(document.activeElement).toBe(button)
  button.click()
  await chat.settle()
  chat.button('Make room now').click()
  await chat.settle()
  expect(calls(chat.host, 'Agent.Compact')).toEqual([['s1']])
  expect(panel(chat)).toBeNull()
})

test('a context without a known limit shows its tokens alone; an empty one nothing', async () => {
  const context = { tokens: 31_000, limit: 0, estimated: true }
  chat = await renderChat(session({ turns: [turn({ context })] }))
  expect(chat.find('31k tokens in the context. Show details')).toBeDefined()
  chat.dispose()
  chat = await renderChat(session({ turns: [turn()] }))
  expect(chat.root.querySelector('.meter')).toBeNull()
})

const begin = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const data = 'iVBORw0KGgo='
const png = (name: string, more = 0): File =>
  new File([begin, new Uint8Array(more)], name, { type: 'image/png' })

test('pictures are read up to their limits, and what is left out is said', async () => {
  const good = await readPictures([png('a.png')], 0)
  expect(good).toEqual({ images: [{ name: 'a.png', mediaType: 'image/png', data }], problem: '' })
  const bmp = new File(['x'], 'a.bmp', { type: 'image/bmp' })
  expect(await readPictures([bmp, png('b.png')], 0)).toMatchObject({
    images: [{ name: 'b.png' }],
    problem: 'a.bmp is no PNG, JPEG, GIF or WebP picture.',
  })
  const text = new File(['no picture'], 'b\u202e.png', { type: 'image/png' })
  expect((await readPictures([text], 0)).problem).toBe('b‹U+202E›.png is no PNG, JPEG, GIF or WebP picture.')
  const gif = new File(['GIF89a…'], 'really.png', { type: 'image/png' })
  expect((await readPictures([gif], 0)).images[0]?.mediaType).toBe('image/gif')
  const gone = png('gone.png')
  gone.arrayBuffer = () => Promise.reject(new Error('no longer there'))
  expect((await readPictures([gone], 0)).problem).toContain('could not be read')
  expect((await readPictures([png('c.png', largestImage)], 0)).problem).toContain('larger than 3.75 MB')
  const many = await readPictures([png('d.png'), png('e.png')], mostImages - 1)
  expect(many.images).toHaveLength(1)
  expect(many.problem).toContain('at most 20 pictures')
})

function give(shown: Rendered, type: 'paste' | 'drop', files: readonly File[]): Event {
  const event = new Event(type, { bubbles: true, cancelable: true })
  Object.assign(event, {
    [type === 'paste' ? 'clipboardData' : 'dataTransfer']: { files, types: ['Files'], getData: () => '' },
  })
  shown.input().dispatchEvent(event)
  return event
}

const images = (shown: Rendered): number => shown.root.querySelectorAll('.composer img').length

test('pasted and dropped pictures go with the message, also without a word', async () => {
  chat = await renderChat(session())
  expect(give(chat, 'paste', []).defaultPrevented).toBe(false)
  expect(give(chat, 'paste', [png('a.png')]).defaultPrevented).toBe(true)
  await chat.settle()
  give(chat, 'drop', [png('b.png')])
  await chat.settle()
  expect(images(chat)).toBe(2)
  chat.button('Remove a.png').click()
  await chat.settle()
  expect(document.activeElement).toBe(chat.input())
  chat.press(chat.input(), 'Enter')
  await chat.settle()
  expect(calls(chat.host, 'Agent.Send')).toEqual([
    ['s1', { text: '', images: [{ name: 'b.png', mediaType: 'image/png', data }], references: [] }],
  ])
  expect(images(chat)).toBe(0)
})

test('pictures are kept when sending fails', async () => {
  const send = (): never => {
    throw new Failure('internal', 'No.', '')
  }
  chat = await renderChat(session(), { methods: { 'Agent.Send': send } })
  give(chat, 'paste', [png('a.png')])
  await chat.settle()
  chat.press(chat.input(), 'Enter')
  await chat.settle()
  expect(images(chat)).toBe(1)
})

test('what cannot be taken is said', async () => {
  chat = await renderChat(session())
  give(chat, 'drop', [new File(['x'], 'a.tiff', { type: 'image/tiff' })])
  await chat.settle()
  const said = chat.host.toasts.at(-1)
  expect(said?.severity).toBe('warn')
  expect(said?.message).toContain('a.tiff')
})

const openai: ProviderState = {
  ...bedrock,
  id: 'openai',
  name: 'OpenAI',
  ready: true,
  hint: '',
  needsKey: true,
  hasKey: true,
  models: [
    {
      id: 'gpt',
      name: 'GPT',
      contextTokens: 400_000,
      images: true,
      noImages: false,
      noTools: false,
      price: { input: 1_250_000, output: 10_000_000, cacheRead: 125_000, cacheWrite: 0 },
    },
    { id: 'talk', name: '', contextTokens: 0, images: false, noImages: true, noTools: true },
  ],
}

const lines = (provider: ProviderState): string[] =>
  providerItems(provider, 'openai', 'gpt').map((item) =>
    [item.label, item.description, item.detail].filter(Boolean).join(' | '),
  )

test('a line of the picker says what a model takes and costs, and what can be done', () => {
  expect(lines(openai)).toEqual([
    'GPT | gpt | 400k tokens of context · takes pictures · $1.25 in, $10 out for a million tokens',
    'talk | cannot use tools: it can only talk',
    '$(key) Replace the key…',
    '$(trash) Remove the key',
    '$(edit) Type a model id…',
  ])
  expect(providerItems(openai, 'openai', 'gpt').map((item) => item.current ?? false)).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
})

test('a service that is not connected says what to do', () => {
  expect(lines({ ...openai, ready: false, hasKey: false, models: [], hint: 'Enter a key.' })).toEqual([
    '$(warning) OpenAI is not connected | Enter a key.',
    '$(key) Enter the key…',
  ])
  expect(lines(bedrock).at(-1)).toBe('$(settings-gear) Choose the AWS profile and region…')
  expect(lines(practice)).toEqual([
    'Practice model | practice | Works offline and understands simple requests only',
  ])
})

test('a key is entered in secret, kept by Go, and the models are shown then', async () => {
  const needy = { ...openai, ready: false, hasKey: false, models: [] }
  chat = await renderChat(session(), {
    methods: { 'Agent.Providers': () => [practice, needy], 'Providers.SetKey': () => undefined },
  })
  chat.host.picks.push('Enter the key', undefined)
  chat.host.answers.push(' sk-1 ')
  chat.button('Model: Practice model').click()
  await chat.settle()
  expect(calls(chat.host, 'Providers.SetKey')).toEqual([['openai', 'sk-1']])
  expect(chat.host.picked).toHaveLength(2)
})

test('a key is removed only after a question; a failure is said', async () => {
  const remove = (): never => {
    throw new Failure('internal', 'The keychain is locked.', 'Unlock it.')
  }
  chat = await renderChat(session(), {
    methods: { 'Agent.Providers': () => [practice, openai], 'Providers.RemoveKey': remove },
  })
  const pick = async (agreed: boolean): Promise<void> => {
    chat?.host.picks.push('Remove the key')
    chat?.host.confirms.push(agreed)
    chat?.button('Model: Practice model').click()
    await chat?.settle()
  }
  await pick(false)
  expect(calls(chat.host, 'Providers.RemoveKey')).toEqual([])
  await pick(true)
  expect(calls(chat.host, 'Providers.RemoveKey')).toEqual([['openai']])
  expect(chat.host.toasts.at(-1)?.message).toBe('The keychain is locked. Unlock it.')
})

const aws = {
  profiles: ['default', 'work'],
  regions: ['eu-central-1', 'us-east-1'],
  profile: 'work',
  region: 'us-east-1',
  account: '',
  unread: [],
}

test.each([
  ['work', 'eu-central-1', true, [['profile', '"work"'], ['region', '"eu-central-1"']]], // prettier-ignore
  ['Default', 'us-east-1', true, [['profile', '""'], ['region', '"us-east-1"']]], // prettier-ignore
  ['work', undefined, false, []],
  [undefined, 'us-east-1', false, []],
])('the AWS profile %s and region %s', async (profile, region, chosen, set) => {
  const host = fakeHost(session(), {
    methods: { 'Providers.AWS': () => aws, 'Settings.Set': () => undefined },
  })
  host.picks.push(profile, region)
  expect(await chooseAws(host, host.bridge)).toBe(chosen)
  expect(calls(host, 'Settings.Set')).toEqual(
    set.map(([name, value]) => [`keelAgent.bedrock.${name}`, value]),
  )
})

test('a profile that is given is not asked for, and changes nothing before the region is chosen', async () => {
  const host = fakeHost(session(), {
    methods: { 'Providers.AWS': () => aws, 'Settings.Set': () => undefined },
  })
  host.picks.push(undefined)
  expect(await chooseAws(host, host.bridge, 'default')).toBe(false)
  expect(calls(host, 'Settings.Set')).toEqual([])
  host.picks.push('eu-central-1')
  expect(await chooseAws(host, host.bridge, 'default')).toBe(true)
  expect(host.picked.map((items) => items.length)).toEqual([2, 2]) // the regions, twice
  expect(calls(host, 'Settings.Set')).toEqual([
    ['keelAgent.bedrock.profile', '"default"'],
    ['keelAgent.bedrock.region', '"eu-central-1"'],
  ])
})

test('choosing a model says what was chosen, where that is so', async () => {
  let refuses = false
  const setModel = (): void => {
    if (refuses) throw new Failure('internal', 'It cannot be chosen.', 'Choose another one.')
  }
  chat = await renderChat(session(), {
    methods: { 'Agent.Providers': () => [practice, openai], 'Agent.SetModel': setModel },
  })
  const choose = (...args: string[]) => chat?.host.commands.get('keel.chooseModel')?.run(...args)
  expect(await choose('openai', 'gpt')).toEqual({ provider: 'openai', model: 'gpt' })
  chat.host.picks.push(openai.models[0]?.name, undefined)
  expect(await choose()).toEqual({ provider: openai.id, model: openai.models[0]?.id })
  expect(await choose()).toBeUndefined()
  refuses = true
  expect(await choose('openai', 'gpt')).toBeUndefined()
})

test('what chooses a model waits for the session, and says why there is none', async () => {
  const waiting: ((shown: Session) => void)[] = []
  const opening = new Promise<Session>((resolve) => waiting.push(resolve))
  chat = await renderChat(session(), { methods: { 'Sessions.Open': () => opening } })
  const chosen = chat.host.commands.get('keel.chooseModel')?.run('practice', '')
  await chat.settle()
  expect(calls(chat.host, 'Agent.SetModel')).toEqual([])
  for (const open of waiting) open(session())
  expect(await chosen).toEqual({ provider: 'practice', model: '' })
  chat.dispose()
  const blocked = (): never => {
    throw new Failure('no_workspace', 'No folder is open.', 'Open one.')
  }
  chat = await renderChat(session(), { methods: { 'Sessions.List': blocked } })
  await expect(chat.host.commands.get('keel.chooseModel')?.run('practice', '')).rejects.toThrow(
    'No folder is open.',
  )
})

test('an account that is used takes the place of the default profile', async () => {
  const account = 'Google, ada@example.com, role keel'
  const host = fakeHost(session(), {
    methods: { 'Providers.AWS': () => ({ ...aws, profile: '', account }), 'Settings.Set': () => undefined },
  })
  host.picks.push(account, 'us-east-1')
  expect(await chooseAws(host, host.bridge)).toBe(true)
  expect(host.picked[0]?.[0]).toMatchObject({ label: account, current: true, value: '' })
  expect(lines({ ...bedrock, needsKey: true, account }).slice(-2)).toEqual([
    `$(settings-gear) Choose the AWS profile and region… | Used now: ${account}`,
    '$(key) Enter the key… | Not used while your account is switched on',
  ])
})

test('AWS files that cannot be read are said', async () => {
  const read = (): never => {
    throw new Failure('internal', 'The file is broken.', 'Mend it.')
  }
  const host = fakeHost(session(), { methods: { 'Providers.AWS': read } })
  expect(await chooseAws(host, host.bridge)).toBe(false)
  expect(host.toasts.at(-1)?.message).toBe('The file is broken. Mend it.')
})

test('a service that was found is offered, and used with a click', async () => {
  chat = await renderChat(session(), {
    methods: { 'Agent.Providers': () => [practice, bedrock, ...providers] },
  })
  const card = chat.root.querySelector('.model')
  expect(card?.textContent.replace(/\s+/g, ' ')).toContain(
    'Ollama was found on this machine: qwen3-coder:30b and 1 more',
  )
  expect(card?.textContent).not.toContain('llama-server')
  chat.button('Use Ollama').click()
  await chat.settle()
  expect(calls(chat.host, 'Agent.SetModel')).toEqual([
    [{ sessionId: 's1', provider: 'ollama', model: 'qwen3-coder:30b' }],
  ])
})

test('a service elsewhere is asked for its models only when the person looks at the list', async () => {
  const claude = { ...practice.models[0], id: 'claude', name: 'Claude' }
  const ready = { ...bedrock, ready: true, hint: '' }
  const whole = { ...ready, listed: true, models: [claude] } as ProviderState
  const host: FakeOptions = {
    methods: { 'Providers.Known': () => [practice, ready], 'Agent.Providers': () => [practice, whole] },
  }
  chat = await renderChat(session(), host)
  globalThis.dispatchEvent(new Event('focus'))
  await chat.settle()
  expect(calls(chat.host, 'Providers.Known')[0]).toEqual(['practice'])
  expect(calls(chat.host, 'Agent.Providers')).toEqual([])
  expect(chat.root.querySelector('.ready')?.textContent).toContain('Amazon Bedrock is set up.')
  chat.host.picks.push(undefined)
  chat.button('Choose a Model of Amazon Bedrock…').click()
  await chat.settle()
  expect(calls(chat.host, 'Agent.Providers')).toHaveLength(1)
  // Who has looked need not ask again.
  globalThis.dispatchEvent(new Event('focus'))
  await chat.settle()
  expect(chat.root.querySelector('.ready')?.textContent).toContain('is set up: Claude')
  expect(calls(chat.host, 'Agent.Providers')).toHaveLength(1)
})

test('the service of another session is asked when that session is shown', async () => {
  chat = await renderChat(session(), { methods: { 'Agent.Providers': () => [practice, bedrock] } })
  const other = session({ provider: 'bedrock', model: 'claude' })
  chat.host.bridge.emit('session', event(2, { kind: 'session', session: other }))
  await chat.settle()
  expect(calls(chat.host, 'Providers.Known').at(-1)).toEqual(['bedrock'])
})

test('of many services that need something only two are explained; the picker has all', async () => {
  const needy = [bedrock, ...providers].filter((each) => !each.ready)
  chat = await renderChat(session(), { methods: { 'Agent.Providers': () => [practice, ...needy] } })
  expect(chat.root.querySelectorAll('[aria-label="To be connected"] li')).toHaveLength(2)
  chat.button('More ways to connect').click()
  await chat.settle()
  const groups = new Set(chat.host.picked[0]?.map((item) => item.group))
  expect(groups.size).toBe(needy.length + 1)
})

test('a picture in a message has its name for those who do not see it', async () => {
  chat = await renderChat(session({ turns: [turn({ images: [picture] })] }))
  expect(chat.root.querySelector('.prompt img')?.getAttribute('alt')).toBe('dot.png')
})
