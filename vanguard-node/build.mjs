// Builds the native module beside this file, and from it native.js (the loader) and native.d.ts. `--release` for use;
// `--workspace` for tests: what `cargo test --workspace` has compiled is then not compiled again.
// `napi build` would do the same in a target folder of its own, and compile the whole engine a second time there.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generateTypeDef, parseTriple, writeJsBinding } from '@napi-rs/cli';

const here = dirname(fileURLToPath(import.meta.url));
const run = (...command) =>
  execFileSync(command[0], command.slice(1), { cwd: here, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const release = process.argv.includes('--release');
const metadata = JSON.parse(run('cargo', 'metadata', '--no-deps', '--locked', '--format-version', '1'));
const triple = /host: (.*)/.exec(run('rustc', '-vV'))[1];
const { platformArchABI, platform } = parseTriple(triple);

const types = join(metadata.target_directory, 'napi-types');
rmSync(types, { recursive: true, force: true });
mkdirSync(types, { recursive: true });
// napi-derive writes a type for each item that it expands, so the crate itself is expanded anew.
process.env.NAPI_TYPE_DEF_TMP_FOLDER = types;
process.env.NAPI_FORCE_BUILD_VANGUARD_NODE = `${Date.now()}`;
const workspace = ['--workspace', '--lib', '--bins', '--tests'];
const what = process.argv.includes('--workspace') ? workspace : ['--package', 'vanguard-node'];
run('cargo', 'build', '--quiet', '--locked', ...what, ...(release ? ['--release'] : []));

const library = { darwin: 'libvanguard_node.dylib', win32: 'vanguard_node.dll' }[platform] ?? 'libvanguard_node.so';
const addon = `vanguard.${platformArchABI}.node`;
// A copy over a file that a process has loaded would crash it.
rmSync(join(here, addon), { force: true });
copyFileSync(join(metadata.target_directory, release ? 'release' : 'debug', library), join(here, addon));

const { exports, dts } = await generateTypeDef({ typeDefDir: types, cwd: here });
writeFileSync(join(here, 'native.d.ts'), dts);
await writeJsBinding({
  platform: true, binaryName: 'vanguard', packageName: 'vanguard-mcp', version: process.env.npm_package_version ?? '0.1.0',
  outputDir: here, idents: exports, jsBinding: 'native.js',
}); // biome-ignore format: one thought
