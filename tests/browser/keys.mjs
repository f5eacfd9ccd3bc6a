// Everything can be reached by keys alone.

import { equal, focused, shown, status } from "./page.mjs";

export async function keys(browser, file, all) {
  await browser.open(file, {}, async (page) => {
    await page.keyboard.press("Tab");
    equal(await focused(page), "a.skip-link", "the first that Tab reaches");
    equal(await page.$eval(".skip-link", (element) => element.getBoundingClientRect().top >= 0), true, "it is seen");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.activeElement.id === "results");
    await page.keyboard.press("/");
    equal(await focused(page), "#q", "`/` goes to the search");
    await page.keyboard.type("jk/");
    equal(await page.$eval("#q", (element) => element.value), "jk/", "keys in the search are text");
    await page.keyboard.press("Escape");
    equal(await page.$eval("#q", (element) => element.value), "", "Escape clears");
    equal(await shown(page), all.results, "Escape shows all");

    const at = () => page.evaluate(() => {
      const summaries = [...document.querySelectorAll(".entry > details > summary")];
      return summaries.indexOf(document.activeElement);
    });
    const entries = await page.$$eval(".entry", (elements) => elements.length);
    await page.keyboard.press("j");
    equal(await at(), 0, "`j` goes to the first result");
    await page.keyboard.press("j");
    equal(await at(), Math.min(1, entries - 1), "`j` goes to the next");
    await page.keyboard.press("k");
    await page.keyboard.press("k");
    equal(await at(), 0, "`k` goes back, and stops at the first");
    const isOpen = () => page.evaluate(() => document.activeElement.parentElement.open);
    const before = await isOpen();
    await page.keyboard.press("Enter");
    equal(await isOpen(), !before, "Enter opens and closes");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
    equal(outline, "solid", "where the focus is can be seen");

    await page.click("#use-keys");
    await page.focus("#results");
    await page.keyboard.press("/");
    equal(await focused(page), "#results", "without keys `/` does nothing");
    await page.click("#use-keys");

    // Whatever can be pressed is reached by Tab, and Tab gets past it.
    await page.evaluate(() => document.activeElement.blur());
    const reached = new Set();
    const tabbable = await page.evaluate(() => {
      const controls = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")];
      const usable = controls.filter((element) => element.checkVisibility() && element.tabIndex >= 0);
      usable.forEach((element, number) => element.setAttribute("data-test", number));
      return usable.length;
    });
    for (let presses = 0; presses < tabbable + 5 && reached.size < tabbable; presses += 1) {
      await page.keyboard.press("Tab");
      const number = await page.evaluate(() => document.activeElement.getAttribute("data-test"));
      if (number !== null) reached.add(number);
    }
    equal(reached.size, tabbable, "what Tab reaches");
  });
}

export async function maps(browser, file, all) {
  await browser.open(file, {}, async (page) => {
    equal((await page.$$(".map a")).length, all.instances, "cells");
    equal((await page.$$('.map a[tabindex="0"]')).length, (await page.$$(".map")).length, "cells that Tab reaches");
    await page.focus('.map a[tabindex="0"]');
    // It begins with what is worst.
    const name = () => page.evaluate(() => document.activeElement.dataset.instance);
    const first = await name();
    equal(first, all.worst, "the cell that Tab reaches");
    await page.keyboard.press("Home");
    const order = await page.$$eval(".map a", (cells) => cells.map((cell) => cell.dataset.instance));
    equal(await name(), order[0], "Home");
    await page.keyboard.press("ArrowRight");
    equal(await name(), order[1], "the next cell");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowDown");
    const below = await page.evaluate(() => {
      const [at, top] = [document.activeElement, document.querySelector(".map a")].map((cell) => cell.getBoundingClientRect());
      return [at.top > top.top, Math.abs(at.left - top.left) < 3];
    });
    equal(below, [true, true], "the cell below");
    await page.keyboard.press("ArrowUp");
    equal(await name(), order[0], "the cell above");
    await page.keyboard.press("End");
    equal(await name(), order[order.length - 1], "End");
    const title = await page.evaluate(() => document.activeElement.title);
    equal(await page.$eval(".pointed", (element) => element.textContent), title, "what is pointed at is named");
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    equal(await shown(page), all.of_first, "results of the instance");
    equal(await status(page), `${all.of_first} of ${all.results} results`, "the status");
    await page.click("#narrowed button");
    await page.click("#clear");
    equal(await shown(page), all.results, "results without the filter");
  });
}
