import { expect, test } from 'vitest'
import { colouredLines } from './coloured'

const html = (code: string, coloured: string): string[] =>
  colouredLines(coloured, code).map((line) => {
    const div = document.createElement('div')
    div.append(line)
    return div.innerHTML
  })

test('tabs and blanks are the ones of the code again', () => {
  const drawn = '<span><span class="mtk1">a&#160;&#160;&#160;</span><span class="mtk6">if</span></span><br/>'
  expect(html('a\tif', drawn)).toEqual(['<span class="mtk1">a\t</span><span class="mtk6">if</span>'])
})

test('each line has the text of its own', () => {
  const code = '\tx := 1\n\n  y'
  const drawn =
    '<span><span class="k">&#160;&#160;&#160;&#160;x&#160;:=&#160;1</span></span><br/><span></span><br/><span><span>&#160;&#160;y</span></span><br/>'
  expect(colouredLines(drawn, code).map((line) => line.textContent)).toEqual(['\tx := 1', '', '  y'])
})

test('a line that does not fit is plain, and nothing else of the HTML is used', () => {
  expect(html('safe', '<img src=x onerror="alert(1)"><span class="a" onclick="x">evil</span>')).toEqual([
    '<span>safe</span>',
  ])
})
