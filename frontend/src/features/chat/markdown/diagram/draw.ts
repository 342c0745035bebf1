import DOMPurify from 'dompurify'
import type { MermaidConfig } from 'mermaid'
import { plainVisible } from '../../../../lib/visible'
import { makeLegible } from './legible'
import type { Palette } from './palette'
import { channels, inkOn, tintBelow } from './tint'

/** Drawn is a diagram as a picture that can neither run, link nor fetch. */
export interface Drawn {
  /** a data: address for an <img> */
  readonly address: string
  readonly width: number
  readonly height: number
}

/** A diagram that takes longer, because a part of Mermaid does not come, is given up. In milliseconds. */
const patience = 10_000

/** Mermaid has one configuration for all: diagrams are drawn one after the other. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Draws a prepared diagram. It rejects with an Error whose message is a sentence.
 *
 * Mermaid draws into the page, as it must measure texts; what it made is then
 * cleaned and becomes an image, in which a browser neither runs scripts nor
 * follows or fetches addresses. Mermaid's code is fetched at the first diagram.
 */
export function draw(text: string, palette: Palette): Promise<Drawn> {
  const drawn = last.then(async () => {
    await new Promise((resolve) => setTimeout(resolve)) // between two diagrams the page may do something else
    return inTime(render(text, palette))
  })
  last = drawn.catch(() => undefined)
  return drawn
}

async function render(text: string, palette: Palette): Promise<Drawn> {
  const { default: mermaid } = await import('mermaid')
  const stage = makeStage()
  document.body.append(stage)
  try {
    mermaid.initialize(configuration(palette))
    const { svg } = await mermaid.render('keel-diagram', text, stage)
    return picture(svg, palette)
  } catch (cause) {
    throw new Error(reason(cause), { cause })
  } finally {
    stage.remove()
  }
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('Drawing the diagram took too long.')), patience)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Mermaid's SVG, cleaned, with a size of its own and texts that can be read. */
function picture(svg: string, palette: Palette): Drawn {
  const clean = DOMPurify.sanitize(svg, {
    USE_PROFILES: { svg: true, svgFilters: true },
    FORBID_TAGS: [
      'a',
      'image',
      'foreignObject',
      'use',
      'animate',
      'animateMotion',
      'animateTransform',
      'set',
    ],
    FORBID_ATTR: ['href', 'xlink:href', 'target'],
    RETURN_DOM_FRAGMENT: true,
  })
  const root = clean.querySelector('svg')
  if (!root) throw new Error('there is no picture')
  for (const style of root.querySelectorAll('style')) style.textContent = localOnly(style.textContent)
  for (const element of root.querySelectorAll('[style]')) {
    element.setAttribute('style', localOnly(element.getAttribute('style') ?? ''))
  }
  const [, , width = 0, height = 0] = (root.getAttribute('viewBox') ?? '').split(/[\s,]+/).map(Number)
  if (!(width > 0 && height > 0)) throw new Error('there is nothing to be seen in it')
  root.setAttribute('width', String(width))
  root.setAttribute('height', String(height))
  root.style.removeProperty('max-width')
  laidOut(root, () => makeLegible(root, palette.background, [palette.text, palette.background]))
  const text = new XMLSerializer().serializeToString(root)
  return { address: `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`, width, height }
}

/** Does something while a drawing is laid out, in a place where its styles reach nothing else. */
function laidOut(drawing: SVGSVGElement, act: () => void): void {
  const stage = makeStage()
  stage.attachShadow({ mode: 'closed' }).append(drawing)
  document.body.append(stage)
  try {
    act()
  } finally {
    stage.remove()
  }
}

/** A place in the page where nothing is seen or reached. */
function makeStage(): HTMLElement {
  const stage = document.createElement('div')
  stage.className = 'keel-diagram-stage'
  stage.inert = true
  stage.setAttribute('aria-hidden', 'true')
  stage.style.cssText =
    'position:fixed;left:0;top:0;width:800px;height:0;overflow:hidden;visibility:hidden;contain:strict'
  return stage
}

/** Styles without what names something outside; an image would not fetch it anyhow. */
function localOnly(css: string): string {
  return css.replace(/@import[^;]*;?/gi, '').replace(/url\(\s*(?!['"]?#)[^)]*\)?/gi, 'none')
}

function configuration(palette: Palette): MermaidConfig {
  const { dark, font, background, text, line, box, border, soft, accents } = palette
  // Grounds are light on light and dark on dark, so that the text's own colour can be read on all of them.
  const ground = (accent = background, share = 0.45): string => tintBelow(text, accent, background, share)
  const grounds = [0.45, 0.25].flatMap((share) => accents.map((accent) => ground(accent, share)))
  const [blue, green, , , red] = accents
  const scales = Object.fromEntries([
    ...grounds.flatMap((each, i) => [
      [`pie${i + 1}`, each],
      [`cScale${i}`, each],
      [`cScalePeer${i}`, each],
      [`cScaleInv${i}`, line],
      [`cScaleLabel${i}`, text],
    ]),
    ...grounds.slice(0, 8).map((each, i) => [`fillType${i}`, each]),
    // The branches of a history are lines, for which a ground would be too faint.
    ...[...accents, ...accents].slice(0, 8).flatMap((each, i) => [
      [`git${i}`, each],
      [`gitBranchLabel${i}`, on(each, palette)],
    ]),
  ]) as Record<string, string>
  return {
    startOnLoad: false,
    securityLevel: 'strict',
    htmlLabels: false,
    suppressErrorRendering: true,
    maxTextSize: 20_000,
    maxEdges: 300,
    logLevel: 'fatal',
    deterministicIds: true,
    fontFamily: font,
    theme: 'base',
    themeVariables: {
      ...scales,
      darkMode: dark,
      fontFamily: font,
      fontSize: '14px',
      background,
      textColor: text,
      titleColor: text,
      lineColor: line,
      primaryColor: box,
      primaryTextColor: text,
      primaryBorderColor: border,
      secondaryColor: soft,
      secondaryTextColor: text,
      secondaryBorderColor: border,
      tertiaryColor: soft,
      tertiaryTextColor: text,
      tertiaryBorderColor: border,
      mainBkg: box,
      nodeBorder: border,
      nodeTextColor: text,
      clusterBkg: soft,
      clusterBorder: border,
      edgeLabelBackground: background,
      noteBkgColor: soft,
      noteTextColor: text,
      noteBorderColor: border,
      actorBkg: box,
      actorBorder: border,
      actorTextColor: text,
      actorLineColor: line,
      sequenceNumberColor: background,
      signalColor: line,
      signalTextColor: text,
      labelBoxBkgColor: box,
      labelBoxBorderColor: border,
      labelTextColor: text,
      loopTextColor: text,
      activationBkgColor: soft,
      activationBorderColor: border,
      sectionBkgColor: soft,
      sectionBkgColor2: soft,
      altSectionBkgColor: background,
      gridColor: line,
      taskBkgColor: box,
      taskBorderColor: border,
      activeTaskBkgColor: ground(blue),
      activeTaskBorderColor: border,
      doneTaskBkgColor: ground(green, 0.25),
      doneTaskBorderColor: line,
      critBkgColor: ground(red),
      critBorderColor: red ?? border,
      todayLineColor: red ?? line,
      taskTextColor: text,
      taskTextLightColor: text,
      taskTextDarkColor: text,
      taskTextOutsideColor: text,
      pieTitleTextColor: text,
      pieLegendTextColor: text,
      pieSectionTextColor: text,
      pieOpacity: '1',
      pieStrokeColor: background,
      pieOuterStrokeColor: border,
    },
  }
}

/** The palette's ink for a text on a colour. */
function on(colour: string, { text, background }: Palette): string {
  const ground = channels(colour)
  const inks = [text, background].map(channels).filter((each) => each !== undefined)
  return ground ? `rgb(${inkOn(ground, ...inks).join()})` : text
}

/** Why a diagram could not be drawn, as a sentence. */
function reason(cause: unknown): string {
  const said = cause instanceof Error ? cause.message : String(cause)
  const at = /(?:Parse|Lexical) error on line (\d+)/i.exec(said)?.[1]
  if (at) return `The diagram has a mistake in line ${at}.`
  if (/No diagram type detected/i.test(said)) return 'This kind of diagram is not known.'
  if (/dynamically imported module|Failed to fetch|Importing a module/i.test(said)) {
    return 'The part that draws diagrams could not be loaded. Reload the window to try again.'
  }
  const [first = ''] = said.split('\n')
  return `The diagram could not be drawn: ${plainVisible(first.slice(0, 160)).replace(/\.$/, '')}.`
}
