// osc_every.mjs - npm's `node-osc` drives every address of a running lathed: each param and
// meter in each of its forms, and each command of the OSC reference.
//   node osc_every.mjs PORT NODE_MODULES docs/osc.md
// Last line: "N passed, N failed".
// SPDX-License-Identifier: GPL-3.0-or-later
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [port, modules] = [Number(process.argv[2]), process.argv[3]];
const { Server, Bundle } = createRequire(modules + "/")("node-osc");
let passed = 0, failed = 0;

function check(what, good, found) {
	if (good) {
		passed++;
	} else {
		failed++;
		console.log(`FAIL ${what}: found ${JSON.stringify(found)}`);
	}
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
let heard = new Map(), last = 0;
const client = new Server(0, "127.0.0.1");
await new Promise((done) => client.on("listening", done));
const take = (message) => {
	last = Date.now();
	const [address, ...values] = message;
	heard.set(address, [...(heard.get(address) ?? []), values]);
};
const open = (bundle) => bundle.elements.forEach((e) => (e.elements ? open(e) : take(e)));
client.on("message", take);
client.on("bundle", open);
// It reads neither d nor h, which pongs and events hold: that such a one came is all it says.
client.on("error", () => take(["d or h"]));
const say = (...message) => client.send(message, port, "127.0.0.1");
const f = (value) => ({ type: "float", value });

async function until(address, ms = 2000) {
	for (const end = Date.now() + ms; Date.now() < end; await sleep(5)) {
		if (heard.has(address)) {
			return heard.get(address)[0];
		}
	}
	return undefined;
}

// Asks for each of the addresses, some at a time, and waits for all the answers.
async function ask(addresses) {
	heard = new Map();
	for (let i = 0; i < addresses.length; i += 32) {
		for (const address of addresses.slice(i, i + 32)) {
			await say(address);
		}
		for (const end = Date.now() + 2000; Date.now() < end; await sleep(5)) {
			if (addresses.slice(i, i + 32).every((a) => heard.has(a))) {
				break;
			}
		}
	}
	return addresses.filter((a) => !heard.has(a));
}

await say("/rack/describe");
const count = await until("/rack/described", 5000);
const rows = (heard.get("/rack/description") ?? []).map(([path, type, access, , curve]) => (
	{ path, type, access, curve }));
check("described", count && rows.length === count[0] && rows.length > 100, rows.length);
const readable = rows.filter((row) => row.access !== "w");
const params = rows.filter((row) => row.access === "rw" && row.curve !== "file");

let silent = await ask(readable.map((row) => row.path));
check("every address answers", silent.length === 0, silent);
const values = new Map(readable.map((row) => [row.path, heard.get(row.path)?.[0][0]]));
const spoken = readable.filter((row) => row.type !== "b");
silent = await ask(spoken.map((row) => row.path + "/text"));
check("every text", silent.length === 0, silent);
const texts = new Map(params.map((row) => [row.path, heard.get(row.path + "/text")?.[0][0]]));
silent = await ask(params.map((row) => row.path + "/norm"));
check("every norm", silent.length === 0, silent);

// Each param: as a number, as it reads, one bundle of all; then everything is as it was.
for (const { path } of params) {
	await say(path, f(values.get(path)));
	await say(path + "/text", texts.get(path));
	await say(path + "/adjust", f(0));
}
for (let i = 0; i < params.length; i += 32) {
	const bundle = new Bundle(...params.slice(i, i + 32).map(({ path }) => [path, f(values.get(path))]));
	await client.send(bundle, port, "127.0.0.1");
}
silent = await ask(params.map((row) => row.path));
check("all of them again", silent.length === 0, silent);
const moved = params.filter(({ path }) => Math.abs(heard.get(path)?.[0][0] - values.get(path)) > 1e-3);
check("each holds what was set", moved.length === 0, moved);
for (const { path } of rows.filter((row) => row.access === "w")) {
	await say(path, f(0));
}

// Each command of the reference, by its own words; those that Lathe sends are no commands.
const reference = readFileSync(process.argv[4], "utf8").split("\n");
const from = reference.findIndex((line) => line === "## The rack");
const sent = reference.findIndex((line) => line.startsWith("| sent by Lathe"));
const commands = new Set(reference.slice(from, sent).filter((line) => line.startsWith("| `/rack/"))
	.flatMap((line) => line.split("|")[1].match(/\/rack\/[a-z\/]+/g)));
check("commands in the reference", commands.size > 20, [...commands]);
const words = { "/rack/scene/save": ["every"], "/rack/scene/load": ["every"],
	"/rack/scene/rename": ["every", "other"], "/rack/scene/delete": ["other"],
	"/rack/undo/since": [f(1)], "/rack/subscribe": ["/rack/event", f(1)] };
const quiet = new Set(["/rack/subscribe", "/rack/unsubscribe", "/rack/confirm", "/rack/unlock"]);
for (const command of commands) {
	heard = new Map();
	last = 0;
	await say(command, ...(words[command] ?? []));
	await say("/rack/hash");
	await until("/rack/hash");
	for (const end = Date.now() + 1500; Date.now() < end && !quiet.has(command); await sleep(5)) {
		if ([...heard.keys()].some((a) => a !== "/rack/hash") || command === "/rack/hash") {
			break;
		}
	}
	const errors = (heard.get("/rack/error") ?? []).filter(([, code]) => code === "unknown_address");
	const unread = heard.has("d or h");
	check(`${command} is known`, (unread || heard.has("/rack/hash")) && errors.length === 0, errors);
	check(`${command} answers`, quiet.has(command) || unread || heard.size > 1 || command === "/rack/hash",
		[...heard.keys()]);
}
await say("/rack/unsubscribe");
client.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
