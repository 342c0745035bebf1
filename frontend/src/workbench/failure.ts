/** showFailure replaces the window's content with what went wrong and what to do; never a blank window. */
export function showFailure(root: HTMLElement, cause: unknown): void {
  console.error('starting the workbench', cause)
  const details = failureText(cause)
  const page = element('main', 'failure')
  page.setAttribute('role', 'alert')
  const message = cause instanceof Error ? cause.message : String(cause)
  page.append(
    element('h1', '', 'Keel could not start its window'),
    element('p', '', message),
    element(
      'p',
      '',
      'Your files and your unsaved text are as they were. Load the window again; if it fails again, the details help whoever looks into it.',
    ),
    button('Reload', () => window.location.reload()),
    button('Copy details', (self) => {
      navigator.clipboard.writeText(details).then(
        () => (self.textContent = 'Copied'),
        () => window.getSelection()?.selectAllChildren(pre),
      )
    }),
  )
  const pre = element('pre', '', details)
  page.append(pre)
  root.replaceChildren(page)
}

/** failureText is what helps whoever looks into it. */
export function failureText(cause: unknown): string {
  const stack = cause instanceof Error ? (cause.stack ?? `${cause.name}: ${cause.message}`) : String(cause)
  return `${stack}\n\n${navigator.userAgent}\n${window.location.href}`
}

function element(tag: string, name: string, text = ''): HTMLElement {
  const made = document.createElement(tag)
  if (name) made.className = name
  made.textContent = text
  return made
}

function button(label: string, run: (self: HTMLElement) => void): HTMLElement {
  const made = element('button', '', label)
  made.addEventListener('click', () => run(made))
  return made
}
