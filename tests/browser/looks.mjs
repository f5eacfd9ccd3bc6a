// The page fits, prints, has two colour schemes, needs no script, and can be used by whoever hears it.

import { equal } from "./page.mjs";

export async function fits(browser, file) {
  for (const width of [320, 360, 768, 1280]) {
    await browser.open(file, { width }, async (page) => {
      await page.$$eval("details", (all) => all.forEach((details) => {
        details.open = true;
      }));
      equal(await page.evaluate(() => document.documentElement.scrollWidth), width, `the page's width at ${width}`);
    });
  }
}

export async function withoutScript(browser, file, all) {
  await browser.open(file, { script: false }, async (page) => {
    const seen = await page.evaluate(() => ({
      results: [...document.querySelectorAll(".r")].filter((result) => !result.closest("[hidden]")).length,
      controls: [...document.querySelectorAll(".tools, #theme, #keys")].filter((one) => one.checkVisibility()).length,
      verdict: document.querySelector("h1").checkVisibility(),
    }));
    equal(seen, { results: all.results, controls: 0, verdict: true }, "without its script");
  });
}

export async function printed(browser, file) {
  for (const script of [true, false]) {
    await browser.open(file, { scheme: "dark", script }, async (page) => {
      await page.emulateMediaType("print");
      const seen = await page.evaluate(() => ({
        ground: getComputedStyle(document.documentElement).backgroundColor,
        controls: [...document.querySelectorAll(".tools, .top button, .top nav, #keys")].filter((one) => one.checkVisibility()).length,
        closed: [...document.querySelectorAll(".entry .body")].filter((body) => !body.checkVisibility({ contentVisibilityAuto: true })).length,
        flat: [...document.querySelectorAll(".entry .body")].filter((body) => body.getBoundingClientRect().height === 0).length,
      }));
      equal(seen, { ground: "rgb(255, 255, 255)", controls: 0, closed: 0, flat: 0 }, `on paper, script ${script}`);
    });
  }
}

export async function themes(browser, file) {
  const ground = (page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const [light, dark] = ["rgb(255, 255, 255)", "rgb(11, 12, 14)"];
  for (const [scheme, expected] of [["light", light], ["dark", dark]]) {
    await browser.open(file, { scheme }, async (page) => {
      equal(await ground(page), expected, `the system's ${scheme}`);
      for (const [name, chosen] of [["light", light], ["dark", dark], ["system", expected]]) {
        await page.click("#theme");
        equal(await ground(page), chosen, `${name}, chosen`);
        equal(await page.$eval("#theme", (button) => button.textContent), `Theme: ${name}`, "the button");
      }
    });
  }
}

export async function accessible(browser, file) {
  for (const [scheme, width] of [["light", 1280], ["dark", 1280], ["light", 360], ["dark", 360]]) {
    await axe(browser, file, { scheme, width }, true);
  }
}

// The same once and with nothing opened: a thousand instances are many elements to look at.
export const accessibleAsItOpens = (browser, file) => axe(browser, file, { scheme: "dark" }, false);

async function axe(browser, file, look, opened) {
  // The page's policy keeps axe out as well; that the policy holds is another check's.
  await browser.open(file, { ...look, bypass: true }, async (page) => {
    if (opened) {
      await page.$$eval("details", (all) => all.forEach((details) => {
        details.open = true;
      }));
    }
    await page.addScriptTag({ path: browser.axe });
    const violations = await page.evaluate(async () => {
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      // A cell of a map is small so that a thousand are seen at once; each leads to a list that has them larger.
      const rules = { "target-size": { enabled: !document.querySelector(".map:not(.named)") } };
      const { passes, violations } = await window.axe.run(document, { runOnly: tags, rules });
      if (passes.length < 20) return [`axe looked at next to nothing: ${passes.length} rules`];
      const told = ({ html, failureSummary }) => `${html}: ${failureSummary}`;
      return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 5).map(told).join("\n")}`);
    });
    equal(violations, [], `axe, ${JSON.stringify(look)}`);
  });
}
