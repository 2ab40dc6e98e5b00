# SPDX-License-Identifier: GPL-3.0-or-later
"""multiband - the split: flat at rest, smooth hills where one band acts."""
import numpy as np

from lathe_sound import RATES, db, group, node, render

AT = 4096


def config(mode, bands=4, **first):
    acting = group("band", [first]) if first else ""
    return node("multiband", acting, mode=mode, bands=bands)


def acting(mode, band, **params):
    return node("multiband", group("band", [{}] * (band - 1) + [params]), mode=mode, bands=4)


def linear_hills():
    hills = [{}, {"makeup": 6.0}, {}, {"makeup": 6.0}]
    return node("multiband", group("band", hills), mode="linear", bands=4)


def response(text, fs):
    """(Hz, dB, group delay in ms) of the left channel, small enough for every threshold."""
    x = np.zeros((2, 1 << 17))
    x[:, AT] = 0.002
    h = render(text, x, fs)[0] / 0.002
    n = np.arange(len(h)) - AT
    spectrum, ramp = np.fft.rfft(h), np.fft.rfft(h * n)
    hz = np.fft.rfftfreq(len(h), 1 / fs)
    keep = (hz >= 20) & (hz <= min(20000, 0.45 * fs))
    turn = np.exp(2j * np.pi * hz[keep] / fs * AT)
    spectrum, ramp = spectrum[keep] * turn, ramp[keep] * turn
    delay = np.real(ramp * np.conj(spectrum)) / np.abs(spectrum) ** 2 / fs * 1000
    return hz[keep], db(spectrum), delay


def not_monotone(magnitude, gain):
    """dB by which the flanks of a hill turn back, and the plateau that is missed."""
    hill = magnitude * np.sign(gain)
    top = int(np.argmax(hill))
    flanks = hill[:top + 1], hill[top:][::-1]
    back = max(np.max(np.maximum.accumulate(f) - f) for f in flanks)
    return max(back, hill.max() - abs(gain), -hill.min())


def run(table, short):
    table.chapter("Multiband split")
    for fs in (48000,) if short else RATES:
        for mode in ("lr4", "lr8"):
            for bands in (4,) if short else (2, 3, 4, 5):
                magnitude = response(config(mode, bands), fs)[1]
                table.at_most(f"{fs} Hz: {mode}, {bands} bands, ripple", 0.002,
                              "0.002 (LSP), 0.70 (Calf)", np.max(np.abs(magnitude)), "dB")
        _, magnitude, delay = response(config("transparent"), fs)
        table.at_most(f"{fs} Hz: transparent, ripple", 0.001, "–",
                      np.max(np.abs(magnitude)), "dB")
        table.at_most(f"{fs} Hz: transparent, delay spread", 0.002, "–", np.ptp(delay), "ms")
        x = np.random.default_rng(1).uniform(-0.02, 0.02, (2, fs)).astype(np.float32)
        same = np.array_equal(render(config("transparent"), x, fs), x.astype(float))
        table.row(f"{fs} Hz: transparent at rest is bit-exact", "–",
                  "exact" if same else "differs", same)
        _, magnitude, delay = response(config("linear"), fs)
        table.at_most(f"{fs} Hz: linear, ripple", 0.001, "–",
                      np.max(np.abs(magnitude)), "dB")
        table.at_most(f"{fs} Hz: linear, two bands at +6 dB, delay spread and error", 0.002,
                      "–", np.max(np.abs(response(linear_hills(), fs)[2])), "ms")
        late = render(config("linear"), np.zeros((2, fs)), fs, meters=True)[1]["latency"]
        table.at_most(f"{fs} Hz: linear, delay", 50, "–", late / fs * 1000, "ms")
        for mode in ("transparent", "lr4", "lr8", "linear"):
            worst = max(not_monotone(response(acting(mode, band, makeup=gain), fs)[1], gain)
                        for band in ((2,) if short else (1, 2, 3, 4)) for gain in (6.0, -6.0))
            table.at_most(f"{fs} Hz: {mode}, one band at ±6 dB, back slope or overshoot", 0.05,
                          "–", worst, "dB")
