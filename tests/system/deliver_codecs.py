#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What --codec says of a master beside what ffmpeg's decoders make of the same encoders'
files; and the page of --report, whose names are no markup."""
import html.parser
import json
import os
import subprocess
import sys

import numpy as np
import soundfile

render, scratch = sys.argv[1:]
failed = passed = 0


def check(what, good):
    global failed, passed
    passed, failed = passed + bool(good), failed + (not good)
    if not good:
        print("FAIL", what)


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    check(f"{words[0]}: {done.stderr}", done.returncode == 0)
    return done.stdout


config = os.path.join(scratch, "through.conf")
with open(config, "w") as file:
    file.write('nodes = ( { module = "loudness"; name = "after"; } );')


def measured(path):
    found = json.loads(run(render, "--config", config, "--json", "--out", os.path.join(scratch, "measured"), "-y", path))
    return found["files"][0]["true_peak_dbtp"], found["files"][0]["integrated_lufs"]


rng = np.random.default_rng(5)
time = np.arange(48000 * 8) / 48000
beat = np.exp(-(time % 0.5) * 20)
dense = np.tanh((np.sin(2 * np.pi * 110 * time) + np.sin(2 * np.pi * 1650 * time) * 0.5)[:, None] * 2
                + rng.standard_normal((len(time), 2)) * (0.3 + beat[:, None]))
soundfile.write(os.path.join(scratch, "dense.wav"), dense * 0.8, 48000, "FLOAT")
master = os.path.join(scratch, "master.wav")
codecs = {"opus:64": "opus", "opus:128": "opus", "vorbis:128": "ogg", "mp3:128": "mp3", "mp3:320": "mp3"}
text = run(render, "--config", "config/streaming.conf", "--loudness=-12", "--peak=-1", "--json",
           *[word for codec in codecs for word in ("--codec", codec)], os.path.join(scratch, "dense.wav"), master)
found = json.loads(text)
for codec, suffix in codecs.items():
    coded, decoded = (os.path.join(scratch, "coded." + s) for s in (suffix, "wav"))
    run(render, "-y", "--config", config, "--format", codec.split(":")[1] + "k", master, coded)
    run("ffmpeg", "-y", "-v", "error", "-i", coded, "-c:a", "pcm_f32le", decoded)
    peak, loudness = measured(decoded)
    said = found["codecs"][codec]
    what = f"{codec}: {said['true_peak_dbtp']:.2f} dBTP, ffmpeg {peak:.2f}; " \
           f"{said['loudness_lu']:+.2f} LU, ffmpeg {loudness - found['integrated_lufs']:+.2f}"
    print(what)
    check(what, abs(said["true_peak_dbtp"] - peak) < 0.3)
    check(what, abs(said["loudness_lu"] - (loudness - found["integrated_lufs"])) < 0.3)
    held = found["true_peak_dbtp"] - max(said["true_peak_dbtp"], 0)
    check(f"{codec}: ceiling", abs(said["ceiling_dbtp"] - held) < 0.02)
    check(f"{codec}: overs", (said["overs_per_minute"] > 0) == (said["true_peak_dbtp"] > 0))

# The page: well-formed, self-contained, and a song's name is only text.
name = os.path.join(scratch, "<script>alert('x')&.wav")
os.rename(master, name)
page = os.path.join(scratch, "page.html")
run(render, "--config", "config/streaming.conf", "--loudness=-14", "--services", "--codec", "opus:96", "--report", page,
    "--out", os.path.join(scratch, "paged"), name, os.path.join(scratch, "dense.wav"))
text = open(page, encoding="utf-8").read()


class Reader(html.parser.HTMLParser):
    tags, links = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.links += [value for key, value in attrs if key in ("src", "href")]


reader = Reader()
reader.feed(text)
check("page: no script", "script" not in reader.tags and not reader.links)
check("page: drawings", reader.tags.count("svg") == 4 and reader.tags.count("polyline") == 2 * 3 + 2 * 2)
check("page: tables", reader.tags.count("table") == 4)
check("page: services", "Services, as of 20" in text and "Spotify, normal" in text)
print(f"{passed} passed, {failed} failed")
sys.exit(failed > 0)
