/** What is done once a state is drawn, to look at what comes of it. */
export const acts: Readonly<Record<string, (chat: HTMLElement) => Promise<void>>> = {
  edit,
  async choose(chat) {
    await edit(chat)
    press(chat, '.editing textarea', 'Enter')
  },
  find: (chat) => find(chat, 'a'),
  'find-nothing': (chat) => find(chat, 'what nobody has written'),
}

async function edit(chat: HTMLElement): Promise<void> {
  const button = await drawn<HTMLButtonElement>(chat, '[aria-label="Edit this message"]')
  button.click()
  await drawn(chat, '.editing textarea')
}

async function find(chat: HTMLElement, text: string): Promise<void> {
  await drawn(chat, '.turn')
  press(chat, '.keel-chat', 'f', { ctrlKey: true })
  const field = await drawn<HTMLInputElement>(chat, '[role=search] input')
  field.value = text
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
}

function press(chat: HTMLElement, selector: string, key: string, init: KeyboardEventInit = {}): void {
  chat
    .querySelector(selector)
    ?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))
}

/** Waits until something is there. */
async function drawn<T extends Element>(chat: HTMLElement, selector: string): Promise<T> {
  for (;;) {
    const element = chat.querySelector<T>(selector)
    if (element) return element
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
}
