// A browser on the engine that the product ships with, driven over WebDriver.
import { Builder, Capabilities } from 'selenium-webdriver'
import { existsSync } from 'node:fs'
import { freePort, start, until } from './harness.mjs'

const browsers = [
  '/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
  '/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser',
]

export async function launchWebKit(display, home) {
  const binary = browsers.find((path) => existsSync(path))
  if (!binary) throw new Error('MiniBrowser is missing: install webkit2gtk-driver')
  const port = await freePort()
  const service = start('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    env: { ...home.env, DISPLAY: display.name, WEBKIT_DISABLE_DMABUF_RENDERER: '1' },
  })
  const address = `http://127.0.0.1:${port}`
  await until('WebKitWebDriver answers', async () => (await fetch(`${address}/status`)).ok)
  const driver = await new Builder()
    .usingServer(address)
    .withCapabilities(
      new Capabilities({
        browserName: 'MiniBrowser',
        'webkitgtk:browserOptions': { binary, args: ['--automation'] },
      }),
    )
    .build()
  return {
    driver,
    async end() {
      await driver.quit()
      await service.end()
    },
  }
}
