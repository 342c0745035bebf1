/** Palette is the colours and the font that a diagram is drawn with. */
export interface Palette {
  readonly dark: boolean
  readonly font: string
  readonly background: string
  readonly text: string
  readonly line: string
  readonly box: string
  readonly border: string
  readonly soft: string
  readonly accents: readonly string[]
}

/** The colours of the theme at an element. */
export function paletteAt(element: Element): Palette {
  const style = getComputedStyle(element)
  const colour = (fallback: string, ...names: string[]): string => {
    for (const name of names) {
      const value = style.getPropertyValue(`--vscode-${name}`).trim()
      if (value) return value
    }
    return fallback
  }
  const dark = style.colorScheme.includes('dark')
  const text = colour(dark ? '#cccccc' : '#3b3b3b', 'editor-foreground', 'foreground')
  const contrast = colour('', 'contrastBorder')
  const background = colour(dark ? '#1f1f1f' : '#ffffff', 'editor-background')
  return {
    dark,
    font: style.fontFamily || 'sans-serif',
    background,
    text,
    line: contrast ? text : colour(text, 'descriptionForeground'),
    box: contrast ? background : colour(background, 'editorWidget-background'),
    border: contrast || colour(text, 'focusBorder'),
    soft: contrast ? background : colour(background, 'sideBar-background'),
    accents: ['blue', 'green', 'orange', 'purple', 'red', 'yellow'].map((name) =>
      colour(text, `charts-${name}`),
    ),
  }
}

/**
 * Tells when the theme changes: the workbench names it in its classes. Colours
 * come a moment later; whoever is told compares them.
 */
export function onThemeChange(element: Element, changed: () => void): () => void {
  const workbench = element.closest('.monaco-workbench')
  if (!workbench) return () => undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  const observer = new MutationObserver(() => {
    clearTimeout(timer)
    timer = setTimeout(changed, 100)
  })
  observer.observe(workbench, { attributes: true, attributeFilter: ['class'] })
  return () => {
    observer.disconnect()
    clearTimeout(timer)
  }
}
