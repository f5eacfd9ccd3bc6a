// What the HTML report promises, in a real browser: `node check.mjs TOOLS CHROMIUM FOLDER [PAGE ...]`. The folder holds
// pages and `expected.json`, which says what is in them; tests/e2e/html.rs makes both, and runs this. With names of pages
// only these are checked. Nothing waits for a time.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { filters, fragments } from "./filters.mjs";
import { injection } from "./injection.mjs";
import { keys, maps } from "./keys.mjs";
import { accessible, accessibleAsItOpens, fits, printed, themes, withoutScript } from "./looks.mjs";
import { Browser } from "./page.mjs";

const [tools, chromium, folder, ...only] = process.argv.slice(2);
const expected = JSON.parse(await readFile(join(folder, "expected.json"), "utf8"));
const browser = await Browser.start(tools, chromium);
const checks = { filters, fragments, fits, withoutScript, printed, themes, accessible, accessibleAsItOpens, keys, maps, injection };
let failed = 0;
let done = 0;
try {
  for (const page of expected.filter(({ name }) => only.length === 0 || only.includes(name))) {
    const file = join(folder, `${page.name}.html`);
    for (const name of page.checks) {
      const begun = performance.now();
      try {
        await checks[name](browser, file, page);
        done += 1;
      } catch (error) {
        failed += 1;
        console.error(`${page.name}, ${name}: ${error.stack}`);
      }
      if (only.length > 0) console.error(`${page.name}, ${name}: ${Math.round(performance.now() - begun)} ms`);
    }
  }
} finally {
  await browser.stop();
}
console.log(`${done} checks of ${expected.length} pages held, ${failed} did not`);
process.exitCode = failed > 0 || done === 0 ? 1 : 0;
