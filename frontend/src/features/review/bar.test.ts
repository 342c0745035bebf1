import { flushSync, mount, unmount } from 'svelte'
import { afterEach, expect, test } from 'vitest'
import { startReview, type Review } from '.'
import { session, turn } from '../../testing/sessions'
import { calls } from '../../testing/window'
import ReviewBar from './ReviewBar.svelte'
import { fakeReview, file, set, settle, stateOf, type FakeReview } from './testing/fake'

let end: (() => void) | undefined
afterEach(() => end?.())

async function drawn(fake: FakeReview): Promise<{ root: HTMLElement; review: Review; shown: string[] }> {
  const review = startReview(fake.host)
  const shown: string[] = []
  const root = document.createElement('div')
  document.body.append(root)
  const props = { parts: review.parts, review: () => void shown.push('changes') }
  const component = mount(ReviewBar, { target: root, props })
  end = () => {
    void unmount(component)
    review.dispose()
    root.remove()
  }
  review.follow(session({ turns: [turn()] }))
  await settle()
  flushSync()
  return { root, review, shown }
}

function button(root: HTMLElement, name: string): HTMLButtonElement {
  const found = [...root.querySelectorAll('button')].find((each) => each.textContent.trim() === name)
  if (!found) throw new Error(`There is no button "${name}" in: ${root.textContent}`)
  return found
}

const two = () => [set('t1', [file('a.go')]), set('t2', [file('b.go')])]

test('the bar tells what is to review, and one click reverts what was chosen last', async () => {
  const fake = fakeReview(two())
  const { root, review, shown } = await drawn(fake)
  expect(root.textContent).toContain('2 files changed')
  button(root, 'Review').click()
  expect(shown).toEqual(['changes'])
  review.parts.preferences.setScope('session')
  fake.results = [{ title: 'Reverted 2 files' }]
  fake.state = stateOf([], { undo: 'Reverted 2 files' })
  button(root, 'Revert all changes').click()
  flushSync()
  expect(root.textContent).toContain('Reverting…')
  await settle()
  flushSync()
  expect(calls(fake.host, 'Review.Decide')).toMatchObject([[{ turnId: '', decision: 'rejected' }]])
  expect(root.textContent).toContain('Reverted 2 files.')
  button(root, 'Undo').click()
  await settle()
  expect(calls(fake.host, 'Review.Undo')).toHaveLength(1)
})

test('with one turn there is nothing to choose', async () => {
  const fake = fakeReview([set('t1', [file('a.go')])])
  const { root } = await drawn(fake)
  expect(root.querySelector('[aria-label="Choose what to revert"]')).toBeNull()
  button(root, 'Keep all').click()
  await settle()
  expect(calls(fake.host, 'Review.Decide')).toMatchObject([[{ turnId: '', decision: 'accepted' }]])
})

test('the bar is away while there is nothing, and does not come while a turn runs', async () => {
  const fake = fakeReview()
  const { root, review } = await drawn(fake)
  expect(root.querySelector('section')).toBeNull()
  review.follow(session({ turns: [turn({ status: 'running' })] }))
  fake.state = stateOf(two())
  await review.parts.store.refresh()
  flushSync()
  expect(root.querySelector('section')).toBeNull()
  review.follow(session({ turns: [turn()] }))
  flushSync()
  expect(root.querySelector('section')?.getAttribute('aria-label')).toBe('Changes to review')
})
