import type { SettingsProblem } from '../bridge'

/** fileName is the last part of a path, whichever slash it has. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).pop() ?? path
}

/** isOwn tells the user's two files from the workspace's, which has the same name. */
export function isOwn(problem: SettingsProblem): boolean {
  return !/[\\/]\.vscode[\\/]/.test(problem.file)
}

/** sentence says what is wrong where. */
export function sentence(problem: SettingsProblem): string {
  const name = fileName(problem.file)
  const place = problem.line > 0 ? ` (line ${problem.line}, column ${problem.column})` : ''
  return `${isOwn(problem) ? name : `.vscode/${name}`}${place}: ${problem.message}`
}
