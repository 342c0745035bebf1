import { Color } from '@codingame/monaco-vscode-api/vscode/vs/base/common/color'
import '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/colors/chartsColors'
import '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/colors/editorColors'
import '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/colors/inputColors'
import '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/colors/listColors'
import '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/colors/menuColors'
import '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/colors/miscColors'
import {
  asCssVariableName,
  Extensions,
  type IColorRegistry,
} from '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/colorUtils'
import type { IColorTheme } from '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/themeService'
import { ColorScheme } from '@codingame/monaco-vscode-api/vscode/vs/platform/theme/common/theme'
import { Registry } from '@codingame/monaco-vscode-api/vscode/vs/platform/registry/common/platform'
import '@codingame/monaco-vscode-api/vscode/vs/workbench/common/theme'

interface ThemeFile {
  include?: string
  colors?: Record<string, string>
}

// The package hides its resources from importers; Vite serves them by path.
const files = import.meta.glob<ThemeFile>(
  '/node_modules/@codingame/monaco-vscode-theme-defaults-default-extension/resources/{dark,light,hc}_*.json',
  { import: 'default', eager: true },
)

/** The themes a picture is taken in. */
export const themes = {
  dark: { file: 'dark_modern', type: ColorScheme.DARK },
  light: { file: 'light_modern', type: ColorScheme.LIGHT },
  'hc-dark': { file: 'hc_black', type: ColorScheme.HIGH_CONTRAST_DARK },
  'hc-light': { file: 'hc_light', type: ColorScheme.HIGH_CONTRAST_LIGHT },
}

/** What the workbench would put on the page: every colour of a theme as a CSS variable. */
export function themeVariables(name: keyof typeof themes): string {
  const { file, type } = themes[name]
  const own = load(file)
  const registry = Registry.as<IColorRegistry>(Extensions.ColorContribution)
  const theme = {
    type,
    label: name,
    tokenColorMap: [],
    tokenFontMap: [],
    defines: (id: string) => id in own,
    getColor: (id: string): Color | undefined => {
      const value = own[id]
      return value ? Color.fromHex(value) : registry.resolveDefaultColor(id, theme as unknown as IColorTheme)
    },
  }
  const ids = new Set([...Object.keys(own), ...registry.getColors().map(({ id }) => id)])
  return [...ids]
    .map((id) => ({ id, color: theme.getColor(id) }))
    .filter(({ color }) => color)
    .map(({ id, color }) => `${asCssVariableName(id)}: ${String(color)};`)
    .join('\n')
}

function load(name: string): Record<string, string> {
  const path = Object.keys(files).find((path) => path.endsWith(`/${name}.json`))
  const theme = path ? files[path] : undefined
  const included = theme?.include ? load(theme.include.replace(/^\.\/|\.json$/g, '')) : {}
  return { ...included, ...theme?.colors }
}
