import { getService, IThemeService } from '@codingame/monaco-vscode-api'

/** public/splash.js reads this before anything else is loaded. */
const key = 'keel.background'

/** rememberBackground keeps the theme's background for the first moment of the next start. */
export async function rememberBackground(): Promise<void> {
  const themes = await getService(IThemeService)
  const remember = () => {
    const colour = themes.getColorTheme().getColor('editor.background')?.toString()
    if (!colour) return
    document.documentElement.style.background = colour
    try {
      localStorage.setItem(key, colour)
    } catch {
      // Without storage the next start follows the system's light or dark.
    }
  }
  remember()
  themes.onDidColorThemeChange(remember)
}
