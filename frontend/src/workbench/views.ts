import { getService, IActivityService, IViewsService } from '@codingame/monaco-vscode-api'
import { NumberBadge } from '@codingame/monaco-vscode-api/vscode/vs/workbench/services/activity/common/activity'
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
  type ViewContainer,
} from '@codingame/monaco-vscode-api/vscode/vs/workbench/common/views'
import type { Disposable } from '../bridge'
import type { HostContainer, HostView } from '../ui/host'

const containers = Registry.as<IViewContainersRegistry>(Extensions.ViewContainersRegistry)
const views = Registry.as<IViewsRegistry>(Extensions.ViewsRegistry)

/** The containers at the left edge that have views, with how many. */
const shared = new Map<string, { container: ViewContainer; views: number }>()

/** registerView puts a view of our own into a side bar. */
export function registerView(view: HostView): Disposable {
  const place = view.container ? leftContainer(view.container) : rightContainer(view)
  const descriptor = {
    id: view.id,
    name: both(view.title),
    containerIcon: ThemeIcon.fromId(view.icon),
    canMoveView: true,
    canToggleVisibility: view.container !== undefined,
    ...(view.container ? { order: view.order ?? place.order } : {}),
    ctorDescriptor: new SyncDescriptor(paneFor(view)),
  }
  views.registerViews([descriptor], place.container)
  return {
    dispose() {
      views.deregisterViews([descriptor], place.container)
      place.dispose()
    },
  }
}

interface Place extends Disposable {
  container: ViewContainer
  order: number
}

function rightContainer(view: HostView): Place {
  const container = containers.registerViewContainer(
    { ...descriptorOf(`${view.id}.container`, view, true), order: 0 },
    ViewContainerLocation.AuxiliaryBar,
    { isDefault: true, doNotRegisterOpenCommand: true },
  )
  return { container, order: 0, dispose: () => containers.deregisterViewContainer(container) }
}

function leftContainer(wanted: HostContainer): Place {
  const known = shared.get(wanted.id)
  const container =
    known?.container ??
    containers.registerViewContainer(
      { ...descriptorOf(wanted.id, wanted, false), order: 4 },
      ViewContainerLocation.Sidebar,
      { doNotRegisterOpenCommand: true },
    )
  const order = known?.views ?? 0
  shared.set(wanted.id, { container, views: order + 1 })
  return {
    container,
    order,
    dispose() {
      const now = shared.get(wanted.id)
      if (!now) return
      now.views--
      if (now.views > 0) return
      shared.delete(wanted.id)
      containers.deregisterViewContainer(container)
    },
  }
}

function descriptorOf(id: string, { title, icon }: HostContainer, alone: boolean) {
  return {
    id,
    title: both(title),
    icon: ThemeIcon.fromId(icon),
    hideIfEmpty: true,
    ctorDescriptor: new SyncDescriptor(ViewPaneContainer, [
      id,
      { mergeViewWithContainerWhenSingleView: alone },
    ]),
  }
}

function both(text: string): { value: string; original: string } {
  return { value: text, original: text }
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

const badges = new Map<string, Disposable>()

/** showBadge shows a number at the icon of a view's container. */
export function showBadge(viewId: string, count: number, label: string): void {
  badges.get(viewId)?.dispose()
  badges.delete(viewId)
  if (count === 0) return
  let ended = false
  let shown: Disposable | undefined
  badges.set(viewId, {
    dispose() {
      ended = true
      shown?.dispose()
    },
  })
  void getService(IActivityService).then((service) => {
    if (!ended) shown = service.showViewActivity(viewId, { badge: new NumberBadge(count, () => label) })
  })
}
