import { getService, ILanguageService } from '@codingame/monaco-vscode-api'
import { URI } from '@codingame/monaco-vscode-api/vscode/vs/base/common/uri'
import { editor } from 'monaco-editor'

/** Longer code is shown without colours: highlighting it would stop the page. */
const longest = 100_000

/**
 * colorize highlights code with the current theme's colours. A language is an
 * id, the word after a fence, or a file name. The result is HTML of spans with
 * <br/> between lines.
 */
export async function colorize(code: string, language: string): Promise<string> {
  const id = code.length > longest ? 'plaintext' : await languageOf(language)
  return editor.colorize(code, id, { tabSize: 4 })
}

async function languageOf(name: string): Promise<string> {
  const languages = await getService(ILanguageService)
  const word = name.trim().toLowerCase()
  if (languages.isRegisteredLanguageId(word)) return word
  const alias = languages.getLanguageIdByLanguageName(word)
  if (alias) return alias
  for (const file of [name.trim(), `file.${word}`]) {
    const guess = languages.guessLanguageIdByFilepathOrFirstLine(URI.file(`/${file}`))
    if (guess && guess !== 'plaintext') return guess
  }
  return 'plaintext'
}
