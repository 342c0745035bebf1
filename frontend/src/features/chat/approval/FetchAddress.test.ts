import { afterEach, beforeEach, expect, test } from 'vitest'
import { approval, call, session, turn } from '../../../testing/sessions'
import { answers, Asking } from '../testing/asked'
import { addressParts } from './address'

let asking: Asking
beforeEach(() => {
  asking = new Asking()
})
afterEach(() => asking.end())

function fetching(address: string, patterns: string[]) {
  return call('x1', {
    name: 'fetch_url',
    kind: 'fetch',
    title: `Fetch ${address}`,
    address,
    status: 'waiting',
    approval: approval({ reason: 'No trusted host matches it.', patterns }),
  })
}

const address = `https://docs.python.org/3/library/${'long/'.repeat(60)}index.html?q=a%20b`

test('the whole address is shown, its host apart from the rest', async () => {
  const shown = await asking.show(fetching(address, ['docs.python.org']))
  expect(shown.root.querySelector('.address')?.textContent).toBe(address)
  expect(shown.root.querySelector('.address strong')?.textContent).toBe('docs.python.org')
  expect(document.activeElement).toBe(shown.button('Fetch once'))
})

test('a host is trusted always or not at all, with the pattern that Go offers', async () => {
  const shown = await asking.show(fetching(address, ['docs.python.org']))
  shown.button('Always trust docs.python.org').click()
  await shown.settle()
  expect(answers(shown)).toEqual([]) // the first moment is not meant for it
  asking.later()
  shown.button('Always trust docs.python.org').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ approved: true, trust: 'docs.python.org', scope: 'always' }])
})

test('Fetch once trusts nothing', async () => {
  const shown = await asking.show(fetching(address, ['docs.python.org']))
  asking.later()
  shown.button('Fetch once').click()
  await shown.settle()
  expect(answers(shown)).toMatchObject([{ approved: true, trust: '' }])
})

test('where Go offers no pattern there is no such button, and a foreign name is said', async () => {
  const shown = await asking.show(fetching('https://xn--ample-ywe6i.com/', []))
  expect(shown.root.textContent).not.toContain('Always trust')
  expect(shown.root.querySelector('.foreign')?.textContent).toMatch(/look\s+like another name/)
})

test('what was fetched keeps no question', async () => {
  const item = call('x1', { kind: 'fetch', title: 'Fetch x', address, status: 'completed' })
  const chat = await asking.open(session({ turns: [turn({ items: [item] })] }))
  expect(chat.find('Fetch once')).toBeUndefined()
})

test('the host ends where the path begins', () => {
  expect(addressParts('https://a.example:8443?b@c.example/')).toEqual({
    before: 'https://',
    host: 'a.example:8443',
    after: '?b@c.example/',
    foreign: false,
  })
  expect(addressParts('odd')).toEqual({ before: 'odd', host: '', after: '', foreign: false })
})
