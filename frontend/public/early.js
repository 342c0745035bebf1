// What keeps the page's own code from running at all, as a part of it that is
// missing or that this engine cannot read: without this the window would stay
// empty and say nothing. Once that code runs it says itself what goes wrong.
addEventListener(
  'error',
  (event) => {
    const file = event.target instanceof HTMLScriptElement ? event.target.src : (event.filename ?? '')
    // Only the code of the page has its place there: not Wails', nor an extension's.
    if (!file.includes('/assets/')) return
    const cause = event.error?.stack ?? event.message ?? 'It could not be read.'
    const say = () => showEarlyFailure(`${file}\n${cause}\n\n${navigator.userAgent}`)
    if (document.readyState === 'loading') addEventListener('DOMContentLoaded', say)
    else say()
  },
  true,
)

function showEarlyFailure(details) {
  const root = document.getElementById('root')
  if (root.dataset.began || root.hasChildNodes()) return
  const add = (parent, tag, text) => {
    const made = document.createElement(tag)
    made.textContent = text
    parent.append(made)
    return made
  }
  const page = add(root, 'main', '')
  page.className = 'failure'
  page.setAttribute('role', 'alert')
  add(page, 'h1', 'Keel could not start its window')
  add(page, 'p', 'A part of Keel’s own page could not be read or run.')
  add(
    page,
    'p',
    'Your files and your unsaved text are as they were. Load the window again; if it fails again, install Keel again.',
  )
  add(page, 'button', 'Reload').addEventListener('click', () => location.reload())
  add(page, 'pre', details)
  // Kept on this machine; where even that fails, it is still shown.
  Promise.resolve(window.go?.bind?.Crashes?.Page(details)).catch(() => undefined)
}
