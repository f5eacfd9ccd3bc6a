// Text of anybody stays text, and if it did not, the policy would keep it from running.

import { equal } from "./page.mjs";

export async function injection(browser, file, all) {
  const inspect = async (page) => {
    await page.evaluate(() => {
      for (const details of document.querySelectorAll("details")) details.open = true;
      for (const element of document.querySelectorAll("*")) {
        for (const name of ["mouseover", "focus", "click"]) {
          if (name !== "click" || !element.matches("a, button, summary, input, select, label")) {
            element.dispatchEvent(new Event(name, { bubbles: false }));
          }
        }
      }
    });
    const seen = await page.evaluate(() => {
      const attributes = [...document.querySelectorAll("*")].flatMap((element) => [...element.attributes]);
      const links = attributes.filter(({ name }) => ["href", "src", "action", "srcdoc", "style", "formaction"].includes(name));
      return {
        owned: window.owned ?? null,
        scripts: document.querySelectorAll("script").length,
        styles: document.querySelectorAll("style").length,
        strangers: document.querySelectorAll("img, iframe, object, embed, base, link, form, math, video, audio, noscript").length,
        handlers: attributes.filter(({ name }) => name.startsWith("on")).map(({ name }) => name),
        links: links.filter(({ name, value }) => name !== "href" || !value.startsWith("#")).map(({ value }) => value),
      };
    });
    equal(seen, { owned: null, scripts: 1, styles: 1, strangers: 0, handlers: [], links: [] }, "what became of the text");
  };
  await browser.open(file, {}, async (page) => {
    await inspect(page);
    const text = await page.evaluate(() => document.body.textContent);
    const lost = all.literals.filter((literal) => !text.includes(literal));
    equal(lost, [], "texts that are not seen as they are");
  });
  // An address is anybody's as well.
  await browser.open(file, {}, async (page) => {
    for (const literal of all.literals) {
      const parts = { q: literal, rule: literal, instance: literal, theme: literal };
      await page.evaluate((fragment) => {
        location.hash = fragment;
      }, String(new URLSearchParams(parts)));
      await page.waitForFunction(
        (text) => document.querySelector("#narrowed button")?.textContent === `rule ${text}`,
        {},
        literal,
      );
      equal(await page.evaluate(() => document.querySelectorAll("#narrowed *").length), 2, "two buttons and no more");
    }
    equal(await page.evaluate(() => window.owned ?? null), null, "what became of addresses");
  });
  // Were text ever taken for markup, this is what would keep it harmless.
  await browser.open(file, {}, async (page, wrong) => {
    const refused = await page.evaluate(async () => {
      const violations = [];
      document.addEventListener("securitypolicyviolation", (event) => violations.push(event.effectiveDirective));
      const names = [];
      for (const [name, attempt] of [
        ["innerHTML", () => { document.body.innerHTML = "<img src=x onerror='window.owned = 1'>"; }],
        ["a script's text", () => { document.createElement("script").text = "window.owned = 3"; }],
      ]) {
        try {
          attempt();
        } catch {
          names.push(name);
        }
      }
      const image = document.createElement("img");
      const settled = new Promise((resolve) => image.addEventListener("error", resolve));
      image.src = "https://example.invalid/x.png";
      document.body.append(image);
      document.body.setAttribute("style", "display: none");
      await settled;
      return { names, violations: [...new Set(violations)].sort(), shown: document.body.checkVisibility(), owned: window.owned ?? null };
    });
    equal(refused.names, ["innerHTML", "a script's text"], "ways into the parser that are refused");
    equal(refused.violations.includes("img-src"), true, `violations: ${refused.violations}`);
    equal([refused.shown, refused.owned], [true, null], "what came of the attempts");
    if (wrong.length === 0) throw new Error("the watch over the console sees nothing");
    wrong.length = 0;
  });
}
