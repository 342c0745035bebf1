/**
 * NoPlugins stands for what the workbench's own chat could install, which Keel
 * does not have: a look for updates of extensions asks it too.
 */
export class NoPlugins {
  declare readonly _serviceBrand: undefined

  updateAllPlugins(): Promise<{ updatedNames: string[]; failedNames: string[] }> {
    return Promise.resolve({ updatedNames: [], failedNames: [] })
  }
}
