import { expect, test, vi } from 'vitest'
import { fakeBridge } from '../bridge/fake'
import { followTitle } from './title'

test('the last title is the one that stays, however long the one before takes', async () => {
  const arrived: string[] = []
  let free = (): void => undefined
  const held = new Promise<void>((done) => (free = done))
  const bridge = fakeBridge({
    methods: {
      'Window.SetTitle': async (title: string) => {
        if (title === 'first') await held
        arrived.push(title)
      },
    },
  })
  document.head.innerHTML = '<title>first</title>'
  followTitle(bridge)
  document.title = 'second'
  document.title = 'third'
  await new Promise((done) => setTimeout(done)) // what watches the title has been told
  free()
  await vi.waitFor(() => expect(arrived).toEqual(['first', 'third']))
})
