// A page in a real browser, with all that it must not do watched: messages, errors, violations of its policy, requests.

import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

export class Browser {
  static async start(tools, chromium) {
    const require = createRequire(join(resolve(tools), "package.json"));
    const browser = await require("puppeteer-core").launch({
      executablePath: chromium,
      // As root, in a container, there is no sandbox to be had; nothing but our own files is opened.
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--host-resolver-rules=MAP * ~NOTFOUND"],
    });
    return new Browser(browser, require.resolve("axe-core/axe.min.js"));
  }

  constructor(browser, axe) {
    Object.assign(this, { browser, axe });
  }

  stop() {
    return this.browser.close();
  }

  // Opens a file and gives it to `use`; what went wrong in it is thrown afterwards.
  async open(file, { scheme = "light", width = 1280, script = true, fragment = "", bypass = false } = {}, use) {
    const page = await this.browser.newPage();
    const wrong = [];
    const url = pathToFileURL(resolve(file)).href;
    try {
      page.on("console", (message) => wrong.push(`console: ${message.type()} ${message.text()}`));
      page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
      page.on("dialog", async (dialog) => {
        wrong.push(`dialog: ${dialog.message()}`);
        await dialog.dismiss();
      });
      page.on("popup", () => wrong.push("a window opened"));
      page.on("request", (request) => {
        if (request.url().split("#")[0] !== url) wrong.push(`request: ${request.url()}`);
      });
      page.on("framenavigated", (frame) => {
        if (frame.url().split("#")[0] !== url) wrong.push(`went to: ${frame.url()}`);
      });
      await page.setOfflineMode(true);
      await page.setJavaScriptEnabled(script);
      await page.setBypassCSP(bypass);
      await page.setViewport({ width, height: 800 });
      await page.emulateMediaFeatures([
        { name: "prefers-color-scheme", value: scheme },
        { name: "prefers-reduced-motion", value: "reduce" },
      ]);
      await page.goto(url + fragment, { waitUntil: "load" });
      await use(page, wrong);
      if (wrong.length > 0) throw new Error(wrong.join("\n"));
    } finally {
      await page.close();
    }
  }
}

// Results that are to be seen: neither they nor what they stand in is hidden. A cause may stay for what stands beneath it.
export const shown = (page) =>
  page.evaluate(() => [...document.querySelectorAll(".r:not(.context)")].filter((one) => !one.closest("[hidden]")).length);

export const status = (page) => page.$eval("#count", (element) => element.textContent);

export const focused = (page) =>
  page.evaluate(() => {
    const at = document.activeElement;
    return at.id ? `#${at.id}` : `${at.localName}.${at.className}`;
  });

export function equal(found, expected, what) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
  if (a !== b) throw new Error(`${what}: expected ${b}, found ${a}`);
}
