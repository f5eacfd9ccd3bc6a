// Reads workflow commands as the runner does, and has its toolkit write the same again.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [tools, ...files] = process.argv.slice(2);
const core = createRequire(`${tools}/`)("@actions/core");

const data = (text) => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
const property = (text) => data(text.replaceAll("%3A", ":").replaceAll("%2C", ","));

for (const file of files) {
  const counts = { error: 0, warning: 0 };
  let commands = true;
  for (const line of readFileSync(file, "utf8").split("\n")) {
    if (!line.trimStart().startsWith("::")) {
      // What the runner takes anywhere in a line.
      if (/##\[|##vso\[/.test(line)) throw new Error(`${file}: ${line}`);
      commands = false;
      continue;
    }
    if (!commands) throw new Error(`${file}: a command after the lines for people: ${line}`);
    const [, level, listed, message] = /^::(error|warning) ([^:]*)::(.*)$/.exec(line) ?? [];
    if (!level) throw new Error(`${file}: no such command: ${line}`);
    counts[level] += 1;
    const properties = Object.fromEntries(listed.split(",").map((pair) => [pair.split("=", 1)[0], property(pair.slice(pair.indexOf("=") + 1))]));
    const known = { title: properties.title, file: properties.file };
    if (properties.line) known.startLine = Number(properties.line);
    if (properties.col) known.startColumn = Number(properties.col);
    let written = "";
    const write = process.stdout.write;
    process.stdout.write = (text) => ((written += text), true);
    core[level](data(message), known);
    process.stdout.write = write;
    if (written !== `${line}\n`) throw new Error(`${file}:\n${line}\nis not\n${written}`);
  }
  if (counts.error > 10 || counts.warning > 10) throw new Error(`${file}: more than GitHub shows`);
  console.log(file, `errors=${counts.error} warnings=${counts.warning}`);
}
