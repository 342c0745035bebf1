// Every kind of diagram that the chat draws unasked or on request, in dark, light
// and high contrast and in a narrow chat: pictures to look at. That each is drawn,
// fits, and has texts that can be read on what lies beneath them is checked.
import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { says } from './bedrock.mjs'
import { looksOf, picture, until } from './harness.mjs'
import { startAgent } from './scripted.mjs'
import * as wb from './workbench.mjs'

let agent, model, page, chat, stage

before(async () => {
  agent = await startAgent()
  ;({ model, page, chat } = agent)
  stage = await page.context().newPage()
  await page.bringToFront()
})
afterEach((context) => wb.conclude(page, context))
after(() => agent?.end())

const diagrams = {
  flowchart: `flowchart LR
  Page[The page] -->|asks| Go{May it?}
  subgraph machine [This machine]
    Go -->|yes| Disk[(Disk)]
  end
  Go -.->|no| Page`,
  coloured: `graph TD
  A[Pink] --> B[Navy] --> C[As the theme]
  style A fill:#f9f,stroke:#333
  classDef deep fill:#003,color:#112
  class B deep`,
  sequence: `sequenceDiagram
  autonumber
  participant P as Page
  actor U as You
  U->>P: Send
  activate P
  loop until it ends
    P->>Go: next
    Go-->>P: events
  end
  alt it failed
    P-xU: what happened
  else
    P->>U: the reply
  end
  deactivate P
  Note over P,Go: seen by both`,
  class: `classDiagram
  class Store {
    +Session session
    +send(text) bool
  }
  Store <|-- ChatStore : is one
  Store "1" o-- "many" Turn`,
  state: `stateDiagram-v2
  [*] --> Pending
  Pending --> Running : approved
  state Running {
    [*] --> Reading
    Reading --> Writing
  }
  Running --> [*]
  note right of Pending : waits for you`,
  entities: `erDiagram
  SESSION ||--o{ TURN : has
  TURN {
    string id PK
    date begun "when it was sent"
  }`,
  gantt: `gantt
  title A release
  dateFormat YYYY-MM-DD
  section Build
  Design :done, a1, 2026-01-01, 10d
  Code :active, a2, after a1, 20d
  section Check
  Test :crit, a3, after a2, 8d
  Look at it :a4, after a2, 3d
  Out :milestone, after a3, 0d`,
  pie: `pie showData title Where the time goes
  "Waiting" : 60
  "Drawing" : 25
  "Parsing" : 10
  "Sending" : 5`,
  mindmap: `mindmap
  root((Keel))
    Page
      Chat
      Review
    Go
      Agent
      Disk`,
  timeline: `timeline
  title How it grew
  section Early
    2024 : An idea
    2025 : A window : A chat
  section Later
    2026 : Checkpoints : References`,
  git: `gitGraph
  commit id: "begin"
  branch work
  checkout work
  commit id: "add" tag: "v0.1"
  commit type: HIGHLIGHT id: "look"
  checkout main
  commit type: REVERSE id: "undo"
  merge work
  branch more
  commit id: "again"`,
  quadrant: `quadrantChart
  title What to do first
  x-axis Little work --> Much work
  y-axis Little use --> Much use
  quadrant-1 Plan
  quadrant-2 Do now
  quadrant-3 Later
  quadrant-4 Never
  Search: [0.3, 0.8]
  Themes: [0.7, 0.3]`,
  journey: `journey
  title A day
  section Morning
    Open the folder: 5: You
    Ask: 3: You, Keel
  section Evening
    Review: 1: You`,
}

const looks = looksOf([
  ['Dark Modern', 'dark', 420],
  ['Light Modern', 'light', 420],
  ['Dark High Contrast', 'contrast', 420],
  ['Light High Contrast', 'contrast-light', 420],
  ['Dark Modern', 'dark-narrow', 300],
  ['Light Modern', 'light-narrow', 300],
])

/** Drags the chat's edge until it is this wide. */
async function widen(width) {
  const view = await page.locator('.part.auxiliarybar').boundingBox()
  await page.mouse.move(view.x, 300)
  await page.mouse.down()
  await page.mouse.move(view.x + view.width - width, 300, { steps: 5 })
  await page.mouse.up()
}

/** The texts of a drawing that have less than 4.5 to 1 on what lies beneath their middle. */
async function unreadable(address, ground) {
  await stage.setContent(
    `<body style="margin:0;background:${ground}">${decodeURIComponent(address.slice(address.indexOf(',') + 1))}</body>`,
  )
  return stage.evaluate((ground) => {
    const colour = (text) => (text.match(/[\d.]+/g) ?? []).map(Number)
    const light = ([r, g, b]) => {
      const [x, y, z] = [r, g, b].map((v) =>
        v / 255 <= 0.03928 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4,
      )
      return 0.2126 * x + 0.7152 * y + 0.0722 * z
    }
    const over = ([r, g, b], share, below) => [r, g, b].map((v, i) => v * share + below[i] * (1 - share))
    const shapes = [...document.querySelectorAll('rect, path, circle, ellipse, polygon')]
    /** What is painted at a point below an element: all shapes before it that are filled there. */
    const beneath = (element, x, y) =>
      shapes
        .filter((shape) => shape.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)
        .reduce((below, shape) => {
          const { fill, fillOpacity, opacity, display, visibility } = getComputedStyle(shape)
          const at = shape.getScreenCTM()
          if (!/^rgb/.test(fill) || display === 'none' || visibility === 'hidden' || !at) return below
          const point = new DOMPoint(x, y).matrixTransform(at.inverse())
          if (shape.closest('defs, marker') || !shape.isPointInFill(point)) return below
          const [r, g, b, alpha = 1] = colour(fill)
          return over([r, g, b], alpha * Number(fillOpacity) * Number(opacity), below)
        }, colour(ground))
    return [...document.querySelectorAll('text')].flatMap((text) => {
      const said = text.textContent.trim()
      const { fill, fillOpacity, opacity, display } = getComputedStyle(text.querySelector('tspan') ?? text)
      const box = text.getBoundingClientRect()
      if (!said || display === 'none' || box.width === 0) return []
      // The numbers of a sequence stand on markers.
      const marker = text.matches('.sequenceNumber') && document.querySelector('[id$=sequencenumber] circle')
      const below = marker
        ? colour(getComputedStyle(marker).fill)
        : beneath(text, box.x + box.width / 2, box.y + box.height / 2)
      const [r, g, b, alpha = 1] = colour(fill)
      const ink = over([r, g, b], alpha * Number(fillOpacity) * Number(opacity), below)
      const [high, low] = [light(ink), light(below)].sort((one, two) => two - one)
      const contrast = (high + 0.05) / (low + 0.05)
      return contrast < 4.5
        ? [`${said}: ${contrast.toFixed(1)}, ${fill} on ${below.map(Math.round).join()}`]
        : []
    })
  }, ground)
}

for (const [theme, name, width] of looks) {
  test(`pictures of diagrams, ${name}`, { timeout: 300_000 }, async () => {
    await wb.chooseTheme(page, theme)
    await chat.open()
    await widen(width)
    const bad = []
    for (const [kind, text] of Object.entries(diagrams)) {
      await agent.anew()
      const prompt = `draw ${kind} ${name}`
      model.on(prompt, says('```mermaid\n' + text + '\n```'))
      const shown = (await chat.run(prompt)).locator('.markdown').last()
      const image = shown.getByRole('img', { name: /^Diagram: / })
      const draw = shown.getByRole('button', { name: 'Draw', exact: true })
      await image.or(draw).or(shown.locator('.note')).first().waitFor()
      if (await draw.isVisible()) {
        await picture(page, `diagram-${name}-${kind}-waits`)
        await draw.click()
      }
      await until(
        `${kind} is drawn`,
        async () => (await image.count()) > 0 || (await shown.locator('.note').count()) > 0,
      )
      await image.scrollIntoViewIfNeeded()
      await until(`${kind} is seen`, () => image.evaluate(({ complete }) => complete))
      await picture(page, `diagram-${name}-${kind}`)
      const { address, fits, ground } = await image.evaluate((element) => ({
        address: element.src,
        fits:
          element.getBoundingClientRect().right <= element.closest('figure').getBoundingClientRect().right,
        ground: getComputedStyle(element.closest('figure')).backgroundColor,
      }))
      assert.ok(fits, `${kind} does not fit`)
      bad.push(...(await unreadable(address, ground)).map((each) => `${kind}: ${each}`))
    }
    assert.deepEqual(bad, [])
  })
}
