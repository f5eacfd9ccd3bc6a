import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");

/** All files below a folder, by path. */
function files(folder) {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    found.map((entry) => {
      const path = join(entry.parentPath ?? entry.path, entry.name);
      return [path.slice(folder.length), readFileSync(path, "utf8")];
    }),
  );
}

test("the WIT is the repository's", () => {
  const original = new URL("../../../wit/0.1.0/probe.wit", import.meta.url);
  assert.equal(readFileSync(join(root, "wit", "probe.wit"), "utf8"), readFileSync(original, "utf8"));
});

test(
  "the types are those of the code; `npm run types` writes them",
  { skip: !existsSync(tsc) && "run `npm ci`" },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "types-"));
    try {
      const options = ["--project", root, "--emitDeclarationOnly", "--declaration", "--outDir", folder];
      execFileSync(process.execPath, [tsc, ...options]);
      assert.deepEqual(files(join(root, "types")), files(folder));
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
