# man.awk - fills in a man page's source (scdoc) from what the programs say of themselves.
#   awk -v build=build -f docs/man.awk docs/man/lathectl.1.scd | scdoc
#
# Its lines:
#   @options PROGRAM      the options of PROGRAM's --help
#   @commands PROGRAM     the commands there
#   @reference WORDS      the Markdown that `generate WORDS` writes, or that FILE.md holds
# SPDX-License-Identifier: GPL-3.0-or-later

BEGIN { failed = 0 }
/^@options / { options($2); next }
/^@commands / { commands($2); next }
/^@reference / { sub(/^@reference /, ""); reference($0); next }
{ print }
END { exit failed }

# What scdoc would read as a mark.
function plain(text) {
	gsub(/\\\|/, "|", text)
	gsub(/[\\*_+~[\]|]/, "\\\\&", text)
	return text
}

# Markdown within a line: `code` and **words** become bold, links their text.
function inline(text,   out, at) {
	while (match(text, /\[[^]`]*\]\([^)]*\)/)) {
		at = substr(text, RSTART + 1, RLENGTH - 1)
		sub(/\].*/, "", at)
		text = substr(text, 1, RSTART - 1) at substr(text, RSTART + RLENGTH)
	}
	out = ""
	while (match(text, /`[^`]*`|\*\*[^*]*\*\*/)) {
		at = substr(text, RSTART, RLENGTH)
		out = out plain(substr(text, 1, RSTART - 1))
		if (at ~ /^\*/)
			gsub(/^\*\*|\*\*$/, "", at)
		gsub(/`/, "", at)
		if (at != "")
			out = out "*" plain(at) "*"
		text = substr(text, RSTART + RLENGTH)
	}
	return out plain(text)
}

# ---- --help ----------------------------------------------------------------------------

function help_open(program) {
	help = build "/" program " --help"
}

# "-c, --config FILE" of the line's beginning; the rest is in `said`.
function option_of(line,   words, n, i, out) {
	sub(/^ +/, "", line)
	out = ""
	while (match(line, /^-[-a-z]+,? */)) {
		words = substr(line, 1, RLENGTH)
		line = substr(line, RLENGTH + 1)
		n = words
		gsub(/[ ,]/, "", n)
		out = out (out == "" ? "" : ", ") "*" n "*"
		if (words !~ /,/)
			break
	}
	if (words !~ /  $/ || line ~ /^[A-Z][A-Z]*  /)
		if (match(line, /^[A-Z][A-Z\/=,]*( |$)/)) {
			n = substr(line, 1, RLENGTH)
			sub(/ $/, "", n)
			out = out " _" n "_"
			line = substr(line, RLENGTH + 1)
		}
	sub(/^ +/, "", line)
	said = line
	return out
}

function options(program,   line, open, found) {
	help_open(program)
	open = 0
	while ((help | getline line) > 0) {
		if (line ~ /^ +-/) {
			printf "%s%s\n", open ? "\n" : "", option_of(line)
			printf "\t%s\n", said == "" ? "The same." : plain(said)
			open = found = 1
		} else if (open && line ~ /^       /) {
			sub(/^ +/, "", line)
			printf "\t%s\n", plain(line)
		} else {
			open = 0
		}
	}
	close(help)
	if (!found) {
		print "man.awk: " program " --help shows no options" >"/dev/stderr"
		failed = 1
	}
}

function commands(program,   line, name, arguments, found) {
	help_open(program)
	while ((help | getline line) > 0) {
		if (line ~ /^  [a-z]/) {
			name = substr(line, 3)
			sub(/ .*/, "", name)
			line = substr(line, 12)
			arguments = line
			sub(/ ( .*|$)/, "", arguments)
			line = substr(line, length(arguments) + 1)
			sub(/^ +/, "", line)
			printf "%s*%s* %s\n", found ? "\n" : "", name, plain(arguments)
			if (line != "")
				printf "\t%s\n", plain(line)
			found = 1
		} else if (found && line ~ /^      /) {
			sub(/^ +/, "", line)
			printf "\t%s\n", plain(line)
		} else if (found) {
			break
		}
	}
	close(help)
	if (!found) {
		print "man.awk: " program " --help shows no commands" >"/dev/stderr"
		failed = 1
	}
}

# ---- Markdown ---------------------------------------------------------------------------

function paragraph_end() {
	if (paragraph != "")
		print inline(paragraph) "\n"
	paragraph = ""
}

# Cells of "| a | b |"; "\|" stays one.
function split_row(line, cells,   n, i) {
	gsub(/\\\|/, "\001", line)
	sub(/^\| */, "", line)
	sub(/ *\| *$/, "", line)
	n = split(line, cells, / *\| */)
	for (i = 1; i <= n; i++)
		gsub("\001", "|", cells[i])
	return n
}

# A row is a paragraph with its first cell for a heading; cells of many columns follow each
# other, each behind its column's name.
function row(line,   n, i, cell, out) {
	if (line ~ /^\|[-| ]*$/)
		return
	n = split_row(line, cell)
	if (!in_table) {
		in_table = 1
		if ((source | getline second) > 0 && second ~ /^\|[-| ]*$/) {
			columns = split_row(line, heads)
			return
		}
		row(line)
		row(second)
		return
	}
	if (columns > 5)
		gsub(/`/, "", cell[1])
	print (columns > 5 ? "*" plain(heads[1] " " cell[1]) "*" : inline(cell[1]))
	out = ""
	for (i = 2; i <= n; i++) {
		if (cell[i] == "")
			continue
		if (columns > 2 && i < n && heads[i] != "")
			cell[i] = heads[i] (columns > 5 ? " " : ": ") cell[i]
		else if (columns > 5)
			cell[i] = heads[i] " " cell[i]
		out = out (out == "" ? "" : i == 3 && columns <= 5 ? "++\n" : columns > 5 ? ", " : "; ") \
			inline(cell[i])
	}
	print "\t" out "\n"
}

function reference(words,   line, literal, title) {
	source = words ~ /^[^ ]*\.md$/ ? "cat " words : build "/generate " words
	paragraph = ""
	literal = in_table = title = 0
	while ((source | getline line) > 0) {
		if (line ~ /^```/) {
			line = "```" # without the name of a language
			paragraph_end()
			literal = !literal
			print "```" (literal ? "" : "\n") # scdoc knows no languages
			continue
		}
		if (literal) {
			print line
			continue
		}
		if (line !~ /^\|/)
			in_table = 0
		if (line ~ /^# /) {
			title = 1
		} else if (line ~ /^## /) {
			paragraph_end()
			sub(/^## /, "", line)
			print "# " toupper(line) "\n"
		} else if (line ~ /^### /) {
			paragraph_end()
			sub(/^### /, "", line)
			print "## " line "\n"
		} else if (line ~ /^\|/) {
			paragraph_end()
			row(line)
		} else if (line == "") {
			paragraph_end()
		} else if (line ~ /^- /) {
			paragraph_end()
			paragraph = line
		} else {
			sub(/^ +/, "", line)
			paragraph = paragraph (paragraph == "" ? "" : " ") line
		}
	}
	paragraph_end()
	if (close(source) != 0 || !title) {
		print "man.awk: " source ": no Markdown came" >"/dev/stderr"
		failed = 1
	}
}
