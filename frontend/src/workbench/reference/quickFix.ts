import { getService, ILanguageFeaturesService, IMarkerService } from '@codingame/monaco-vscode-api'
import { DisposableStore } from '@codingame/monaco-vscode-api/vscode/vs/base/common/lifecycle'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { Range } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/core/range'
import type { CodeAction } from '@codingame/monaco-vscode-api/vscode/vs/editor/common/languages'
import type { IMarker } from '@codingame/monaco-vscode-api/vscode/vs/platform/markers/common/markers'
import type { Disposable } from '../../bridge'
import type { AskCommand } from '../../features/chat'
import { shortened } from '../../lib/format'
import { plainVisible } from '../../lib/visible'
import { notify } from '../notify'
import type { AboutProblem } from './about'

/** Most of a message that stands in a menu. */
const mostInMenu = 50

/** The quick fixes that one place offers; who has more problems there fixes these first. */
const mostAtOnce = 5

/** offerQuickFix offers a command at every problem of a document, behind the light bulb. */
export function offerQuickFix(command: AskCommand): Disposable {
  const store = new DisposableStore()
  void Promise.all([getService(ILanguageFeaturesService), getService(IMarkerService)]).then(
    ([features, markers]) => {
      store.add(
        features.codeActionProvider.register([{ scheme: 'file' }, { scheme: 'untitled' }], {
          displayName: 'Keel',
          providedCodeActionKinds: ['quickfix'],
          provideCodeActions(model, range) {
            const here = markers
              .read({ resource: URI.from(model.uri) })
              .filter((each) => Range.areIntersectingOrTouching(each, range))
            return { actions: actionsFor(command, here), dispose: () => undefined }
          },
        }),
      )
    },
    notify.failure,
  )
  return store
}

/** Where several problems meet, each is told by what it says. */
function actionsFor({ id, label }: AskCommand, markers: readonly IMarker[]): CodeAction[] {
  const named = (marker: IMarker): string =>
    markers.length === 1 ? label : `${label}: “${shortened(plainVisible(marker.message), mostInMenu)}”`
  return markers.slice(0, mostAtOnce).map((marker) => {
    const about: AboutProblem = { marker }
    const title = named(marker)
    return { title, kind: 'quickfix', diagnostics: [marker], command: { id, title, arguments: [about] } }
  })
}
