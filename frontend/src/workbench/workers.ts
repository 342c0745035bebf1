import editorWorker from 'monaco-editor/esm/vs/editor/editor.worker.js?worker&url'
import outputLinks from '@codingame/monaco-vscode-output-service-override/worker?worker&url'
import textMate from '@codingame/monaco-vscode-textmate-service-override/worker?worker&url'

const workers: Record<string, string> = {
  editorWorkerService: editorWorker,
  TextMateWorker: textMate,
  OutputLinkDetectionWorker: outputLinks,
}

/** provideWorkers tells the workbench where its workers' scripts are. */
export function provideWorkers(): void {
  window.MonacoEnvironment = {
    getWorkerUrl: (_, label) => {
      const path = workers[label]
      if (path === undefined) throw new Error(`no worker ${JSON.stringify(label)}`)
      return new URL(path, window.location.href).href
    },
    // WebKit loads these scripts from Keel's own scheme only as modules.
    getWorkerOptions: () => ({ type: 'module' }),
  }
}
