// osc_client.mjs - a client that is not liblo, npm's `osc`, talks to a running lathed.
//   node osc_client.mjs PORT NODE_MODULES
// The rack is config/streaming.conf. Last line: "N passed, N failed".
// SPDX-License-Identifier: GPL-3.0-or-later
import { createRequire } from "node:module";

const [port, modules] = [Number(process.argv[2]), process.argv[3]];
const osc = createRequire(modules + "/")("osc");
let passed = 0, failed = 0;

function check(what, good, found) {
	if (good) {
		passed++;
	} else {
		failed++;
		console.log(`FAIL ${what}: found ${JSON.stringify(found)}`);
	}
}

function open() {
	return new Promise((done, fail) => {
		const client = new osc.UDPPort({ localAddress: "127.0.0.1", localPort: 0,
			remoteAddress: "127.0.0.1", remotePort: port, metadata: true });
		client.heard = [];
		client.on("message", (message) => client.heard.push(message));
		client.on("ready", () => done(client));
		client.on("error", fail);
		client.open();
	});
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const f = (value) => ({ type: "f", value });
const s = (value) => ({ type: "s", value });
const value = (message) => message && message.args[0].value;

async function until(client, address, ms = 2000) {
	for (const end = Date.now() + ms; Date.now() < end; await sleep(5)) {
		const found = client.heard.find((message) => message.address === address);
		if (found) {
			return found;
		}
	}
	return null;
}

function say(client, address, ...args) {
	client.heard = [];
	client.send({ address, args });
}

const near = (a, b) => typeof a === "number" && Math.abs(a - b) < 1e-3;
const one = await open(), two = await open();

say(one, "/rack/ping", { type: "i", value: 7 });
const pong = await until(one, "/rack/pong");
check("pong", value(pong) === 7, pong);

say(one, "/rack/describe");
await until(one, "/rack/described", 5000);
const rows = one.heard.filter((m) => m.address === "/rack/description")
	.map((m) => m.args.map((a) => a.value));
const count = one.heard.find((m) => m.address === "/rack/described");
check("described", rows.length > 20 && value(count) === rows.length, rows.length);

// A plain number that can be set live: every module has one.
const row = rows.find((r) => r[1] === "param" && r[4] === "linear" && r[3] === "dB");
check("a param in dB", row, rows.length);
const [path, , , , , low, high] = row;
const middle = Math.round((low + high) / 2) + 1;

two.send({ address: "/rack/subscribe", args: [s(path), f(50)] });
await until(two, path);
say(one, path, f(middle));
two.heard = [];
const told = await until(two, path);
check("the subscriber hears it", near(value(told), middle), told);
say(one, path);
check("a query", near(value(await until(one, path)), middle), one.heard);
say(one, path + "/text");
const text = await until(one, path + "/text");
check("as text", text && /dB$/.test(value(text)), text);
say(one, path, s(value(text)));
say(one, path + "/norm");
const norm = await until(one, path + "/norm");
check("as norm", value(norm) > 0 && value(norm) < 1, norm);
say(one, path, f(high + 1000));
check("the settled value", near(value(await until(one, path)), high), one.heard);
one.heard = [];
one.send({ timeTag: osc.timeTag(0), packets: [{ address: path, args: [f(middle)] },
	{ address: path }, { address: "/rack/sync", args: [s("done")] }] });
check("a bundle", near(value(await until(one, path)), middle), one.heard);
check("synced", value(await until(one, "/rack/synced")) === "done", one.heard);
one.heard = [];
one.send({ timeTag: osc.timeTag(0.3), packets: [{ address: path, args: [f(middle + 1)] }] });
await sleep(100);
say(one, path);
check("a timed bundle waits", near(value(await until(one, path)), middle), one.heard);
await sleep(300);
say(one, path);
check("and comes", near(value(await until(one, path)), middle + 1), one.heard);
say(one, path + "x", f(1));
const error = await until(one, "/rack/error");
check("an error", error && /did you mean/.test(error.args[2].value), error);
say(one, "/*/bypass", f(0));
say(one, "/*/bypass");
await until(one, rows.find((r) => r[0].endsWith("/bypass"))[0]);
check("a pattern", one.heard.every((m) => m.address.endsWith("/bypass")), one.heard);
say(one, "/rack/status");
const status = await until(one, "/rack/status");
check("status", status && status.args.some((a) => a.value === "jack"), status);
say(one, "/rack/config");
const config = await until(one, "/rack/config");
check("config", config && config.args[2].value.includes("nodes"), config);
say(one, "/rack/check");
const result = await until(one, "/rack/result");
check("check", value(result) === 1, result);
say(one, "/rack/reload");
check("reload", value(await until(one, "/rack/result")) === 1, one.heard);

one.close();
two.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed ? 1 : 0;
