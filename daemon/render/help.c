/* help.c - what lathe-render --help prints; its man page and completion read it. */
#include "daemon/render/help.h"

static const char text[] =
	"usage: lathe-render --config FILE [OPTION...] IN [OUT]\n"
	"       lathe-render --config FILE [OPTION...] --out WHERE IN...\n"
	"Runs the rack of a config over sound files. OUT's suffix says its kind:\n"
	".wav .w64 .flac .aiff .caf; without OUT the meters are printed.\n\n"
	"  --config FILE           the rack\n"
	"  --set NODE/PARAM=VALUE  a value instead of the config's; again for more\n"
	"  --output NAME           the rack output to write (default: its master)\n"
	"  --out WHERE             several files: a folder, or a pattern such as\n"
	"                          \"{album}/{track} {title}.flac\"; also {artist}\n"
	"                          {albumartist} {disc} {year} {isrc} {name} {number}\n"
	"  --jobs N                files at once (default: one for each core)\n"
	"  --skip-done             leave out files whose output is there and newer "
	"than\n"
	"                          file and config\n"
	"  --loudness LUFS         one fixed gain before the last limiter, so that "
	"the\n"
	"                          whole file has this loudness within 0.1 LU; "
	"levellers\n"
	"                          hold\n"
	"  --peak DBTP             the highest true peak of the output, with "
	"--loudness\n"
	"                          (default: what the limiter's ceiling makes of it)\n"
	"  --album                 one gain for all files: together they have the "
	"loudness\n"
	"  --album=loudest         one gain for all files: the loudest of them has it\n"
	"  --cue FILE              write a CUE sheet of the outputs, in order\n"
	"  --format F              float, 24 or 16 (default: float; FLAC: 24)\n"
	"  --meters                print the final meters\n"
	"  --json                  print them as JSON\n"
	"  --force, -y             replace an OUT that is there without a word\n"
	"  --keep-latency          do not trim the rack's delay at the start\n"
	"  --start-frame N         the rack's frame counter at the first frame\n"
	"  --learn CURVE           write the tonal balance of IN for tonematch, and "
	"no more\n"
	"  --block N               frames per call (default 1024); the same samples\n"
	"  --version               print the version\n"
	"  --help                  print this\n"
	"  --                      ends the options: what follows are files\n\n"
	"Exit status: 0 done, 1 file trouble, 2 usage, 78 config.\n";

void help_print(FILE *to)
{
	fputs(text, to);
}
