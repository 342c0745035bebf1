import { getService, IViewsService } from '@codingame/monaco-vscode-api'
import { ThemeIcon } from '@codingame/monaco-vscode-api/vscode/vs/base/common/themables'
import { SyncDescriptor } from '@codingame/monaco-vscode-api/vscode/vs/platform/instantiation/common/descriptors'
import { Registry } from '@codingame/monaco-vscode-api/vscode/vs/platform/registry/common/platform'
import { ViewPane } from '@codingame/monaco-vscode-api/vscode/vs/workbench/browser/parts/views/viewPane'
import { ViewPaneContainer } from '@codingame/monaco-vscode-api/vscode/vs/workbench/browser/parts/views/viewPaneContainer'
import {
  Extensions,
  ViewContainerLocation,
  type IViewContainersRegistry,
  type IViewsRegistry,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/views'
import type { Disposable } from '../bridge'
import type { HostView } from '../features/chat'

const containers = Registry.as<IViewContainersRegistry>(Extensions.ViewContainersRegistry)
const views = Registry.as<IViewsRegistry>(Extensions.ViewsRegistry)

/** registerView puts a view of our own into the right side bar. */
export function registerView(view: HostView): Disposable {
  const title = { value: view.title, original: view.title }
  const icon = ThemeIcon.fromId(view.icon)
  const container = containers.registerViewContainer(
    {
      id: `${view.id}.container`,
      title,
      icon,
      order: 0,
      hideIfEmpty: true,
      ctorDescriptor: new SyncDescriptor(ViewPaneContainer, [
        `${view.id}.container`,
        { mergeViewWithContainerWhenSingleView: true },
      ]),
    },
    ViewContainerLocation.AuxiliaryBar,
    { isDefault: true, doNotRegisterOpenCommand: true },
  )
  const descriptor = {
    id: view.id,
    name: title,
    containerIcon: icon,
    canMoveView: true,
    canToggleVisibility: false,
    ctorDescriptor: new SyncDescriptor(paneFor(view)),
  }
  views.registerViews([descriptor], container)
  return {
    dispose() {
      views.deregisterViews([descriptor], container)
      containers.deregisterViewContainer(container)
    },
  }
}

function paneFor(
  view: HostView,
): typeof ViewPane & (new (...args: ConstructorParameters<typeof ViewPane>) => ViewPane) {
  return class extends ViewPane {
    private readonly filled = document.createElement('div')

    protected override renderBody(container: HTMLElement): void {
      super.renderBody(container)
      this.filled.style.cssText = 'position:relative;overflow:hidden'
      container.append(this.filled)
      this._register(view.render(this.filled))
    }

    protected override layoutBody(height: number, width: number): void {
      super.layoutBody(height, width)
      this.filled.style.height = `${height}px`
      this.filled.style.width = `${width}px`
    }

    override focus(): void {
      super.focus()
      const target = this.filled.querySelector<HTMLElement>(
        '[data-autofocus], textarea, input, button, [tabindex]',
      )
      target?.focus()
    }
  }
}

/** showView opens a view and gives it the keyboard. */
export async function showView(id: string): Promise<void> {
  const service = await getService(IViewsService)
  await service.openView(id, true)
}
