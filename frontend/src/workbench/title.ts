import type { Bridge } from '../bridge'

/** followTitle gives the window the title that the workbench gives the page. */
export function followTitle(bridge: Pick<Bridge, 'Window'>): void {
  let shown = ''
  let setting = false
  // One after another: two calls at once may arrive in the other order, and the window
  // would keep the title of before.
  const show = async () => {
    if (setting) return
    setting = true
    while (document.title !== shown) {
      shown = document.title
      await bridge.Window.SetTitle(shown).catch((cause: unknown) => console.debug('setting the title', cause))
    }
    setting = false
  }
  const element = document.querySelector('title')
  if (element)
    new MutationObserver(() => void show()).observe(element, {
      childList: true,
      characterData: true,
      subtree: true,
    })
  void show()
}
