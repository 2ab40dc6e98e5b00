/* module.h - the contract between a module (a kind of processor) and its host.
 *
 * A module is a folder: <id>/<id>.c holds the audio thread's part (state, process(),
 * adopt()), compiled once per instruction set; <id>/<id>_control.c holds the tables,
 * the other functions and the descriptor, compiled once. The tables are the only
 * source for the config, OSC, docs, completion and tablets.
 *
 * Each function below names the thread that runs it. Nothing that the audio thread
 * runs may allocate, lock, log or make a system call.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef LATHE_MODULE_H
#define LATHE_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Values change, and control-rate work is done, on grid lines only. */
enum {
	GRID_FRAMES = 64,
	CHANNELS_MAX = 8, /* of one node */
	SIDES_MAX = 7,    /* named inputs of a node, besides its main one */
	ADOPT_BYTES_MAX = 64 * 1024,
};

/* Effects that clang-22 proves at compile time and RealtimeSanitizer at run time. */
#if defined(__clang__) && __clang_major__ >= 20
#define REALTIME __attribute__((nonblocking))
#else
#define REALTIME
#endif

/* ---- tables ---------------------------------------------------------------------- */

/* How 0..1 (".../norm") maps to a param's values. */
enum curve {
	CURVE_LINEAR,
	CURVE_LOG,
	CURVE_FADER, /* dB, four-segment X32 law over min..max: 0.75 = 0 dB */
	CURVE_INTEGER,
	CURVE_TOGGLE,  /* 0 or 1 */
	CURVE_CHOICE,  /* index into choices */
	CURVE_TRIGGER, /* a count that only grows */
	CURVE_FILE,    /* a name inside the configured folder; always a rebuild */
};

enum param_flags {
	PARAM_REBUILD = 1 << 0, /* a change builds a new plan; may change the latency */
	PARAM_RECALL_SAFE = 1 << 1, /* scenes leave it alone */
	PARAM_PASSING = 1 << 2,     /* for the moment only: not printed, not saved */
	PARAM_CEILING = 1 << 3, /* only an admin can set it above the config's value */
	PARAM_TOP_OFF =
		1 << 4, /* numbers only: the maximum means "off" and is shown so */

	/* What lathed itself does with a param of an output, or of the rack (whose params act
	 * on its outputs): one of these, within the mask. No param is recognised by its id. */
	PARAM_ROLE = 15 << 8,
	PARAM_MUTE = 1 << 8,     /* a saved mute stays, whatever the config says */
	PARAM_DIM = 2 << 8,      /* the rack's acts on monitors only */
	PARAM_BYPASS = 3 << 8,   /* plays the rack's input */
	PARAM_COMPARE = 4 << 8,  /* a choice of enum comparison */
	PARAM_MATCH = 5 << 8,    /* dB: how much louder than the input it is */
	PARAM_MATCH_TO = 6 << 8, /* dB: how loud all that is compared is to be */
	PARAM_LOCK = 7 << 8,     /* keeps others from changing anything */
};

/* What an output plays in a comparison. */
enum comparison { COMPARE_OFF, COMPARE_A, COMPARE_B, COMPARE_BYPASS, COMPARE_DELTA };
extern const char *const compare_choices[];

struct param {
	const char *id, *label, *help;
	const char *unit; /* "dB" "Hz" "ms" "%" ":1" "LUFS" ... or "" */
	enum curve curve;
	float min, max, def;
	float step;                 /* smallest sensible change; 0: none */
	const char *const *choices; /* NULL-terminated, CURVE_CHOICE only */
	unsigned flags;
};

/* Rows that repeat: `band` x 8. Value index = first + member * row_count + row; members
 * are counted from 1 in OSC and config. */
struct param_group {
	const char *id, *label;
	int count, row_count;
	const struct param *rows;
	const float *defaults; /* [count][row_count], or NULL: each row's own default */
};

enum fold { FOLD_LAST, FOLD_MAX, FOLD_MIN, FOLD_SUM };

enum meter_flags {
	METER_PER_CHANNEL = 1 << 0, /* one slot per channel of the node */
	METER_LINEAR = 1 << 1,      /* published as linear gain, read as dB */
	METER_MEASURED = 1 << 2,    /* written by measure(), not by process() */

	/* What lathed itself reads; one of these, within the mask. */
	METER_ROLE = 15 << 8,
	METER_LOUDER = 1 << 8, /* dB: of an output, how much louder than its input */
	METER_HEARD = 2 << 8,  /* s: of programme, that METER_LOUDER is measured from */
	/* A group's row whose members go out together, as "/node/vector/<group>_<id>"; FOLD_LAST
	 * and METER_MEASURED. Each member can be asked for by its own address, but is not
	 * in the bytes of /rack/meters nor in any pattern that does not name its group. */
	METER_VECTOR = 1 << 3,
};

struct meter {
	const char *id, *label, *help, *unit;
	float min, max;
	enum fold fold;
	unsigned flags;
	/* With count: one slot per member, "/node/meter/band/3/gr". */
	const char *group;
	int count;
	/* NULL-terminated words for the readings 0, 1, 2 ... of a meter that shows a
	 * state: then min is 0, max the last word's index, and there is no unit. */
	const char *const *choices;
};

extern const char *const off_on[]; /* choices of a meter that is a switch */

/* The new name of a renamed param, group or meter ("meter/frozen"; `now` without
 * "meter/"). lathed accepts the old name, reports that it is old, and writes the new
 * one. The row is removed in the next version. */
struct renamed {
	const char *was, *now;
};

/* ---- what a node is made for ------------------------------------------------------ */

/* A file that a node plays from. Its content is read once, for all nodes and plans that use it,
 * and nobody changes it after that. */
struct file {
	const char *path;
	const void *content; /* what read() made of it, or NULL */
	const char *error;   /* why there is no content, or "" */
};

struct setup {
	int rate;            /* Hz */
	int channels;        /* of the main input (a generator: the output), 1..8 */
	const float *values; /* all params at build time, clamped, in table units */
	/* [value index] the file that a CURVE_FILE param names, or NULL. May itself be NULL. */
	const struct file *const *files;
	bool side_connected[SIDES_MAX];
};

/* Memory of one plan: zeroed, 64-byte aligned, locked, freed with the plan. Never fails. */
struct arena;
void *arena_alloc(struct arena *arena, size_t bytes);

/* ---- the audio thread's part ------------------------------------------------------ */

/* What the return ports of a node with MODULE_PORTS receive. */
enum comes {
	COMES_NOTHING,  /* at least one of them is not connected, or there are none */
	COMES_ZERO,     /* exact zeros to the end of JACK's block, on all of them */
	COMES_NO_AUDIO, /* not numbers, or above +60 dBFS: replaced by silence */
	COMES_AUDIO,
};

/* A node's own ports: a send and a return for each channel. */
struct outside {
	float *const *send;       /* [channels] written in full, each call */
	const float *const *back; /* [channels] silence if nothing comes */
	enum comes comes;         /* changes only at a border of JACK's blocks */
};

/* One call's work: 1..64 frames that never cross a grid line. `out` may be `in`, channel
 * by channel; buffers are 64-byte aligned with room for 64 frames, but only `frames` of
 * them may be written in `out`. */
struct piece {
	uint64_t frame; /* the rack's counter at the first frame */
	int frames;
	int channels;
	const float *const *in; /* [channels]; NULL for a generator */
	/* [channels] each, or NULL: not connected. */
	const float *const *side[SIDES_MAX];
	float *const *out; /* [channels] */
	/* [channels] The input, delayed like the output: the bypass plays it. */
	const float *const *dry;
	struct outside *outside; /* with MODULE_PORTS, else NULL */
	const float *values;     /* change only where frame % GRID_FRAMES == 0 */
	const void *numbers;     /* what design() made of these values */
	float *meters; /* every slot without METER_MEASURED is written, each call */
	void *handle;  /* what create() made, or NULL */
	bool silent;   /* every main input sample of the piece is exactly 0 */
};

struct kernel {
	/* Audio. The first call after init() takes the values unsmoothed, unless adopt() came
	 * first; later changes are smoothed over >= 20 ms. Cutting a stretch of frames into
	 * other pieces gives the same samples. */
	void (*process)(void *state, const struct piece *piece) REALTIME;
	/* Audio, once, on a grid line. Takes over the memory of a kept node (same name, module,
	 * rate, channels) whose setup may differ in rebuild params: copy what still fits, at
	 * most ADOPT_BYTES_MAX. NULL: the node starts cold. */
	void (*adopt)(void *state, const void *old) REALTIME;
};

/* ---- the descriptor ----------------------------------------------------------------- */

enum isa { ISA_BASE, ISA_V3, ISA_V4, ISA_COUNT };

enum module_flags {
	MODULE_GENERATOR = 1 << 0, /* no main input */
	MODULE_RANDOM = 1 << 1,    /* two runs may differ */
	/* process() changes what the handle holds, so that only one of two plans may run
	 * it. A handle that process() only reads needs no flag. */
	MODULE_EXTERNAL = 1 << 2,
	MODULE_PORTS = 1 << 3, /* has a send and a return port for each channel */

	/* What lathed itself does with a node, beyond playing it; one of these, within the
	 * mask, and of one module each. No module is recognised by its id. */
	MODULE_ROLE = 15 << 8,
	MODULE_OUTPUT = 1 << 8,   /* an output of the rack; not for the list of nodes */
	MODULE_INSERT = 2 << 8,   /* its latency is measured, a dead return is told */
	MODULE_SENSE = 3 << 8,    /* its faults raise alarms */
	MODULE_FAILOVER = 4 << 8, /* told of when it leaves its first choice */
	MODULE_LOUDNESS = 5 << 8, /* compared with its target */
	MODULE_LEVELLER = 6 << 8, /* holds when lathe-render searches for one gain */
	MODULE_LIMITER =
		7 << 8, /* that gain goes before the last one; plays in safe mode */
};

struct module {
	const char *id, *label, *help;
	unsigned flags;
	const struct param *params;
	int param_count;
	const struct param_group *groups;
	int group_count;
	const struct meter *meters; /* the host adds in, out and load */
	int meter_count;
	const struct renamed *renamed; /* optional; ends with an empty row */
	/* NULL-terminated names of further inputs, at most SIDES_MAX: "key". Each is a key
	 * of the node's config that takes links as `from` does; piece->side[] and
	 * setup->side_connected[] follow this order. */
	const char *const *sides;
	const struct kernel *kernels[ISA_COUNT]; /* KERNELS(id) */

	/* Disk thread, with CURVE_FILE params. Makes the content of a file, plain memory that
	 * forget() frees on any thread. NULL and a text without the path: it can't be used. */
	void *(*read)(const char *path, char *error, size_t error_size);
	void (*forget)(void *content);
	/* Worker. The node's audio state, laid out in the plan's arena; the same layout for
	 * every instruction set. Never fails. */
	void *(*init)(struct arena *arena, const struct setup *setup);
	/* Worker, optional. What is not plain data (a plug-in, an analyser, what is made of a
	 * file's content): made once for a node, kept while plans come and go. It reads no
	 * disk. NULL and a text on failure: the node passes its input. A handle and a text:
	 * it works, but for what the text says. */
	void *(*create)(const struct setup *setup, char *error, size_t error_size);
	void (*destroy)(void *handle);
	/* Any thread but audio, optional (0). Frames from main input to output. */
	int (*latency)(const struct setup *setup);
	/* Worker, optional (0). Frames of input after which a cold node sounds like a warm
	 * one; at most 2 s. */
	int (*warmup)(const struct setup *setup);
	/* Worker, optional (0). The same for a kept node after adopt(), if memory is too
	 * large to take over. */
	int (*rewarm)(const struct setup *setup);
	/* Control, optional. Values -> derived numbers (coefficients, kernels), published with
	 * them as one. numbers_bytes() may depend on rate, channels and rebuild params only. */
	size_t (*numbers_bytes)(const struct setup *setup);
	void (*design)(const struct setup *setup, const float *values, void *numbers);
	/* Meter thread, optional. Takes the node's output, interleaved, with the values
	 * that were in force; writes all METER_MEASURED slots of `meters`. */
	void (*measure)(void *handle, const float *audio, int frames,
			const float *values, float *meters);
};

/* The kernels of one module, one per instruction set that was compiled. */
#if defined(LATHE_ISA_V4)
#define ISA_SUFFIX(name) name##_v4
#elif defined(LATHE_ISA_V3)
#define ISA_SUFFIX(name) name##_v3
#else
#define ISA_SUFFIX(name) name##_base
#endif
#define KERNEL_NAME_(name) ISA_SUFFIX(name)
#define MODULE_KERNEL(id) \
	extern const struct kernel KERNEL_NAME_(kernel_##id); \
	const struct kernel KERNEL_NAME_(kernel_##id)
#if defined(__x86_64__)
#define KERNELS_DECLARE(id) \
	extern const struct kernel kernel_##id##_base, kernel_##id##_v3, \
		kernel_##id##_v4
#define KERNELS(id) \
	{ \
		&kernel_##id##_base, &kernel_##id##_v3, &kernel_##id##_v4 \
	}
#else
#define KERNELS_DECLARE(id) extern const struct kernel kernel_##id##_base
#define KERNELS(id) \
	{ \
		&kernel_##id##_base \
	}
#endif

/* All modules, by id; generated from the folders. NULL-terminated. */
extern const struct module *const module_registry[];

#endif
