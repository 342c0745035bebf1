import type { Event } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { Event as Events } from '@codingame/monaco-vscode-api/vscode/vs/base/common/event'
import { IAccessibilityService } from '@codingame/monaco-vscode-api/vscode/vs/platform/accessibility/common/accessibility.service'
import { IContextMenuService } from '@codingame/monaco-vscode-api/vscode/vs/platform/contextview/browser/contextView.service'
import type { IInstantiationService } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/instantiation'
import { INotificationService } from '@codingame/monaco-vscode-api/vscode/vs/platform/notification/common/notification.service'
import { WebviewThemeDataProvider } from '@codingame/monaco-vscode-view-common-service-override/vscode/vs/workbench/contrib/webview/browser/themeing'
import type { Theme } from './protocol'

/** WebviewWorld is what a webview needs of the workbench. */
export interface WebviewWorld {
  readonly instantiation: IInstantiationService
  readonly menus: IContextMenuService
  theme(): Theme
  readonly onDidChangeTheme: Event<void>
  /** Tells a person what went wrong. */
  say(problem: string): void
}

export function webviewWorld(instantiation: IInstantiationService): WebviewWorld {
  const themes = instantiation.createInstance(WebviewThemeDataProvider)
  return instantiation.invokeFunction((accessor) => {
    const accessibility = accessor.get(IAccessibilityService)
    const notifications = accessor.get(INotificationService)
    return {
      instantiation,
      menus: accessor.get(IContextMenuService),
      theme() {
        const { styles, activeTheme, themeId, themeLabel } = themes.getWebviewThemeData()
        return {
          styles,
          kind: activeTheme,
          id: themeId,
          label: themeLabel,
          reducedMotion: accessibility.isMotionReduced(),
          screenReader: accessibility.isScreenReaderOptimized(),
        }
      },
      onDidChangeTheme: Events.any(
        themes.onThemeDataChanged,
        accessibility.onDidChangeReducedMotion,
        accessibility.onDidChangeScreenReaderOptimized,
      ),
      say: (problem) => notifications.error(problem),
    }
  })
}
