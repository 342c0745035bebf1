import type { Disposable } from '../bridge'
import '../ui/theme.css'
import './modal.css'

/**
 * openModal draws a dialog over the window until it is closed. The browser keeps
 * the keyboard in it, and gives it back to where it was.
 */
export function openModal<T>(
  label: string,
  draw: (container: HTMLElement, close: (answer?: T) => void) => Disposable,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const dialog = document.createElement('dialog')
    dialog.setAttribute('aria-label', label)
    dialog.className = 'keel-modal keel-theme'
    // The theme's colours are the workbench's.
    const workbench = document.querySelector('.monaco-workbench') ?? document.body
    const before = document.activeElement
    workbench.append(dialog)
    dialog.showModal()
    let ended = false
    const close = (answer?: T): void => {
      if (ended) return
      ended = true
      drawn.dispose()
      dialog.close()
      dialog.remove()
      if (before instanceof HTMLElement) before.focus({ preventScroll: true })
      resolve(answer)
    }
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault()
      close()
    })
    // The workbench's keys are not for what stands behind the dialog.
    dialog.addEventListener('keydown', (event) => event.stopPropagation())
    const drawn = draw(dialog, close)
  })
}
