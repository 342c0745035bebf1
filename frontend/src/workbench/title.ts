import type { Bridge } from '../bridge'

/** followTitle gives the window the title that the workbench gives the page. */
export function followTitle(bridge: Bridge): void {
  let shown = ''
  const show = () => {
    if (document.title === shown) return
    shown = document.title
    bridge.Window.SetTitle(shown).catch((cause: unknown) => console.debug('setting the title', cause))
  }
  const element = document.querySelector('title')
  if (element)
    new MutationObserver(show).observe(element, { childList: true, characterData: true, subtree: true })
  show()
}
