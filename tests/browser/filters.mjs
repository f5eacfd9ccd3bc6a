// Filters and search show exactly what they should, and say how much it is; a view can be sent as an address.

import { equal, shown, status } from "./page.mjs";

async function holds(page, count, all, what) {
  equal(await shown(page), count, `results shown by ${what}`);
  equal(await status(page), `${count} of ${said(all.results)}`, what);
}

const said = (count) => (count === 1 ? "1 result" : `${count} results`);

async function search(page, text) {
  await page.$eval("#q", (field, value) => {
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }, text);
}

export async function filters(browser, file, all) {
  await browser.open(file, {}, async (page) => {
    equal(await shown(page), all.results, "results on the page");
    if (all.results === 0) return;
    equal(await status(page), said(all.results), "the status at first");
    for (const [outcome, count] of Object.entries(all.outcomes)) {
      const button = `.outcome button.${outcome}`;
      await page.click(button);
      equal(await page.$eval(button, (element) => element.ariaPressed), "true", `${outcome} is pressed`);
      equal(await shown(page), count, `results shown by ${outcome}`);
      equal(await status(page), `${count} of ${said(all.results)}`, `the status of ${outcome}`);
      await page.click(button);
    }
    // Two at once show both.
    const [first, second] = Object.keys(all.outcomes);
    if (second) {
      await page.click(`.outcome button.${first}`);
      await page.click(`.outcome button.${second}`);
      equal(await shown(page), all.outcomes[first] + all.outcomes[second], `${first} and ${second}`);
      await page.click("#clear");
    }
    for (const name of ["sides", "services"]) {
      const select = `#${name.slice(0, -1)}`;
      if (Object.keys(all[name]).length < 2) continue;
      for (const [value, count] of Object.entries(all[name])) {
        await page.select(select, value);
        equal(await shown(page), count, `results shown by ${value}`);
      }
      await page.select(select, "");
    }
    for (const [text, count] of Object.entries(all.searches)) {
      await search(page, text);
      await holds(page, count, all, `search for ${text}`);
    }
    await search(page, "nothing says this, 見");
    equal(await shown(page), 0, "results of a vain search");
    equal(await page.$eval("#none", (element) => element.checkVisibility()), true, "that nothing matches is said");
    await page.click("#none .clear");
    equal(await shown(page), all.results, "results shown again");
    equal(await status(page), said(all.results), "the status of all");
    for (const cell of all.cells) {
      await page.click(`.cell[data-rule="${cell.rule}"][data-service="${cell.service}"]`);
      equal(await shown(page), cell.results, `results of the cell ${cell.rule} of ${cell.service}`);
      await page.click("#clear");
    }
  });
}

export async function fragments(browser, file, all) {
  let fragment = "";
  let count = 0;
  const outcome = Object.keys(all.outcomes)[0];
  await browser.open(file, {}, async (page) => {
    await page.click(`.outcome button.${outcome}`);
    await search(page, " A & b=c # % ");
    fragment = await page.evaluate(() => location.hash);
    equal(new URLSearchParams(fragment.slice(1)).get("q"), " A & b=c # % ", "the search in the address");
    await search(page, "");
    fragment = await page.evaluate(() => location.hash);
    count = await shown(page);
  });
  equal(fragment, `#outcome=${outcome}`, "the address of a view");
  await browser.open(file, { fragment }, async (page) => {
    equal(await shown(page), count, "results of the same address elsewhere");
    equal(await page.$eval(`.outcome button.${outcome}`, (element) => element.ariaPressed), "true", "the button");
    await page.evaluate(() => {
      location.hash = "#q=zzzz";
    });
    await page.waitForFunction(() => document.querySelector("#q").value === "zzzz");
    equal(await shown(page), 0, "results of an address that is typed");
  });
  // A link to one result opens what it stands in.
  await browser.open(file, { fragment: "#r0" }, async (page) => {
    equal(await page.$eval("#r0", (element) => element.closest(".entry").querySelector("details").open), true, "#r0");
  });
  for (const hostile of ["#outcome=<b>,none&side=x&service=%00&theme=evil", "#=&&=", "#q=%", "#%E0%A4%A"]) {
    await browser.open(file, { fragment: hostile }, async (page) => {
      equal(await page.evaluate(() => document.documentElement.dataset.theme ?? ""), "", hostile);
      equal(await shown(page), hostile.startsWith("#q") ? await shown(page) : all.results, hostile);
    });
  }
}
